package main

import "time"

func pingPong(size int) sample {
	onItsThread()
	there, back := make(chan int), make(chan int)
	go func() {
		onItsThread()
		for round := 0; round < size; round++ {
			back <- <-there + 1
		}
	}()
	return timed(func() int {
		sum := 0
		for round := 0; round < size; round++ {
			there <- round
			sum += <-back
		}
		return sum
	})
}

func buffered(size int) sample {
	onItsThread()
	numbers := make(chan int, 128)
	return timed(func() int {
		go func() {
			onItsThread()
			for number := 0; number < size; number++ {
				numbers <- number
			}
		}()
		sum := 0
		for count := 0; count < size; count++ {
			sum += <-numbers
		}
		return sum
	})
}

func selectTwoReady(size int) sample {
	const batch = 1000
	left, right := make(chan int, batch+1), make(chan int, batch+1)
	fill := func(channel chan int) {
		for len(channel) < cap(channel) {
			channel <- 1
		}
	}
	answer := sample{}
	for done := 0; done < size; done += batch {
		fill(left)
		fill(right)
		sum := 0
		start := time.Now()
		for count := 0; count < batch; count++ {
			select {
			case value := <-left:
				sum += value
			case value := <-right:
				sum += value
			}
		}
		answer.Nanoseconds += since(start)
		answer.Result += float64(sum)
	}
	return answer
}
