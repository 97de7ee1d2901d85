SELECT a + b FROM missing;
