package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

// recordingsOnly lists the settings that have no meaning for live traffic.
var recordingsOnly = []string{"schema", "max-entry", "jobs", "recordings"}

// liveCheck prepares a check of the live traffic with one server. The caller
// passes exchanges to see, one at a time, and then calls conclude to write the
// report.
func (a *app) liveCheck(flags given, target *url.URL, u uses) (*check, error) {
	o, config, err := loadOptions(flags, a.getenv)
	if err != nil {
		return nil, err
	}
	o.target = target.String()
	c := &check{app: a, options: o, config: config, reads: u.reads, writes: u.writes}
	return c, c.prepare(nil)
}

// see checks an exchange.
func (c *check) see(x *plumb.Exchange) {
	c.validator.Reveal(x)
	c.seen(x, c.validator.Check(x))
}

// seen takes the result of checking an exchange.
func (c *check) seen(x *plumb.Exchange, r engine.Result) {
	if c.observing {
		c.outcome.Observe(x, &r)
	}
	c.checked(x, r)
}

// liveLimits returns the limits of the readers that apply to live traffic, too.
func (c *check) liveLimits() recording.Limits {
	lim := recording.DefaultLimits
	lim.Body, lim.Ratio = c.options.maxBody, int64(c.options.maxRatio)
	return lim
}

// interrupted notes it if the user has ended the run.
func (c *check) interrupted(ctx context.Context) bool {
	if ctx.Err() == nil {
		return false
	}
	c.failures = append(c.failures, errors.New("interrupted; the report covers what was seen until then"))
	return true
}

// address parses a flag that is the URL of a server.
func address(cmd *cobra.Command, flag, value string) (*url.URL, error) {
	if value == "" {
		return nil, errors.New("--" + flag + " is missing; give the URL of the API, such as " + cmd.CommandPath() + " --" + flag + " https://api.example.com/v1")
	}
	u, err := spec.ParseServer(value)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	return u, nil
}
