package main

var i uint

func main() {
	go func() {
		for {
		}
	}()
	for {
		i++
	}
}
