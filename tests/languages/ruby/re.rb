puts [1, 2].fetch(2)
