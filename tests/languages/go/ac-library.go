package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/big"
	"math/rand"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	rand.Seed(time.Now().UnixNano())
	runtime.GOMAXPROCS(4)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	var done int64
	for i := 0; i < 1000; i++ {
		go func() {
			time.Sleep(time.Millisecond)
			atomic.AddInt64(&done, 1)
		}()
	}
	for atomic.LoadInt64(&done) < 1000 && ctx.Err() == nil {
		runtime.Gosched()
	}
	runtime.GC()
	if err := os.WriteFile("x", bytes.Repeat([]byte("x"), 100), 0600); err != nil {
		panic(err)
	}
	sum := new(big.Int)
	for _, word := range strings.Fields(string(text)) {
		number, _ := new(big.Int).SetString(word, 10)
		sum.Add(sum, number)
	}
	fmt.Println(sum)
}
