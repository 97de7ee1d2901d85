! expect: CE
include 'Main.f95'
include 'Main.f95'
