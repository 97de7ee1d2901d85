# For Kattis what fails is a run time error, however it fails.
print(open("radius.txt").read())
