// Command plumb reports whether an API still matches its OpenAPI
// description.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/plumbapi/plumb/internal/cli"
	_ "github.com/plumbapi/plumb/internal/startup"
)

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(cli.Main(ctx))
}
