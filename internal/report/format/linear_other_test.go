//go:build !unix

package format_test

import "time"

var start = time.Now()

func processorTime() time.Duration { return time.Since(start) }
