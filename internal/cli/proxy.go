package cli

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/har"
	"github.com/plumbapi/plumb/internal/proxy"
)

func (a *app) proxyCommand() *cobra.Command {
	var target, addr, record string
	cmd := &cobra.Command{
		Use:   "proxy --target URL",
		Short: "Check, and record, what passes through a reverse proxy",
		Long: `Pass requests on to a server, hold its answers against the description, and
report what breaks it when the proxy is interrupted, as plumb check does.

The proxy changes no answer, and passes on what comes as it comes. With --har it
records what passes, without credentials and without the bodies of requests;
plumb check reads the recording. The URL to send requests to is printed on
standard error.`,
		Example: `  plumb proxy --target https://api.openai.com/v1 --har session.har
  OPENAI_BASE_URL=http://127.0.0.1:4011 ./my-client`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&target, "target", "", "`URL` of the server; its path stands before those of the requests")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:4011", "`ADDRESS` to listen at; the port 0 takes a free one")
	cmd.Flags().StringVar(&record, "har", "", "record what passes in this `FILE`, as HAR 1.2")
	flags := addFlags(cmd.Flags(), func(s *setting) bool { return !slices.Contains(recordingsOnly, s.name) })
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		to, err := address(cmd, "target", target)
		if err != nil {
			return err
		}
		c, err := a.liveCheck(flags, to)
		if err != nil {
			return err
		}
		return c.proxy(cmd.Context(), to, addr, record)
	}
	return cmd
}

// proxy serves until ctx ends, and writes the report then.
func (c *check) proxy(ctx context.Context, target *url.URL, addr, record string) error {
	name := target.Redacted()
	var recorder *har.Writer
	if record != "" {
		if err := writable(record); err != nil {
			return err
		}
		var err error
		if recorder, err = har.Create(record, version()); err != nil {
			return err
		}
		name = record
	}
	entries := 0
	var talk sync.Mutex // messages come from several goroutines
	p := proxy.New(proxy.Options{
		Target: target,
		Limits: c.liveLimits(),
		Seen: func(e har.Entry) {
			entries++
			e.Exchange.Place.File, e.Exchange.Place.Entry = name, entries
			talk.Lock()
			defer talk.Unlock()
			c.see(e.Exchange)
			if recorder == nil {
				return
			}
			if err := recorder.Add(e); err != nil {
				c.failures = append(c.failures, err)
				recorder = nil
			}
		},
		Failed: func(err error) {
			talk.Lock()
			defer talk.Unlock()
			c.say("%v", err)
		},
	})
	err := c.serve(ctx, addr, p, func(url string) {
		if !c.options.quiet {
			c.say("listening at %s, passing on to %s", url, target.Redacted())
		}
	})
	p.Close()
	if recorder != nil {
		if closed := recorder.Close(); closed != nil {
			c.failures = append(c.failures, fmt.Errorf("--har: %w", closed))
		}
	}
	c.conclude(c.builder.Report())
	return err
}
