//go:build unix

package format_test

import (
	"syscall"
	"time"
)

// processorTime is what this process used of the processors, which other
// processes disturb less than the clock.
func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
