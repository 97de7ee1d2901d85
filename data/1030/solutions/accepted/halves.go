package main

import "fmt"

func main() {
	var low, high int64 = 1, 0
	var answer string
	fmt.Scan(&high)
	for answer != "=" {
		guess := (low + high) / 2
		fmt.Println(guess)
		fmt.Scan(&answer)
		if answer == "<" {
			high = guess - 1
		} else {
			low = guess + 1
		}
	}
}
