// expect: CE. A compiler that would start another one with our flags.
package main

// #cgo CFLAGS: -include @ANSWER@
// #include "/etc/shadow"
import "C"

func main() {
}
