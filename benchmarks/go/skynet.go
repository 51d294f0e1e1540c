package main

func skynetTree(size int) sample {
	return timed(func() int {
		sum := make(chan int)
		go skynet(sum, 0, size)
		return <-sum
	})
}

func skynet(parent chan int, number, size int) {
	if size == 1 {
		parent <- number
		return
	}
	children := make(chan int)
	for child := 0; child < 10; child++ {
		go skynet(children, number+child*size/10, size/10)
	}
	sum := 0
	for child := 0; child < 10; child++ {
		sum += <-children
	}
	parent <- sum
}
