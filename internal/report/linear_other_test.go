//go:build !unix

package report_test

import "time"

var start = time.Now()

func processorTime() time.Duration { return time.Since(start) }
