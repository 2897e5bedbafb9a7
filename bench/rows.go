package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// row is one line of the table.
type row struct {
	name   string
	bodies int
	cores  int // if more than 1, real time is measured instead of processor time
	run    func() error

	// elsewhere returns the processor time so far of a row that runs in another
	// process; nil for rows of this process.
	elsewhere func() time.Duration

	missing error     // why it cannot be measured
	seconds []float64 // by round
	allocs  float64   // per body
}

func contains(name, part string) bool { return strings.Contains(name, part) }

// measure runs the row. If kept is false, that only warms it up.
func (r *row) measure(kept bool) error {
	if r.missing != nil {
		return nil
	}
	used := processorTime
	if r.elsewhere != nil {
		used = r.elsewhere
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(r.cores, 1)))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start, processor := time.Now(), used()
	if err := r.run(); errors.Is(err, errNoNode) {
		r.missing = err
		return nil
	} else if err != nil {
		return err
	}
	seconds := (used() - processor).Seconds()
	if r.cores > 1 {
		seconds = time.Since(start).Seconds()
	}
	runtime.ReadMemStats(&after)
	if kept {
		r.seconds = append(r.seconds, seconds)
		r.allocs = float64(after.Mallocs-before.Mallocs) / float64(r.bodies)
	}
	return nil
}

// processorTime returns the processor time of this process so far. Other
// processes on the machine affect it less than real time.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
