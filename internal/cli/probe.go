package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/probe"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// probeFlags holds the flags of the probe command that are not settings.
type probeFlags struct {
	baseURL     string
	scenarios   []string
	sources     []string
	batch       string
	create      bool
	values      []string
	headers     []string
	timeout     time.Duration
	maxRequests int
}

func (a *app) probeCommand() *cobra.Command {
	var f probeFlags
	cmd := &cobra.Command{
		Use:   "probe --base-url URL",
		Short: "Run scenarios against a live server, and check every response",
		Long: `Run scenarios against a live server, check every response against the description,
and report where they differ, as plumb check does.

Nothing is changed on the server, unless you name a batch to cancel with --batch,
or allow batches to be created, and cancelled, with --create. Redirects are not
followed. The credential is taken from PLUMB_TOKEN or OPENAI_API_KEY and sent as
"Authorization: Bearer ..."; --header sends another one.

A scenario is a workflow of an Arazzo 1.0 document: of the built-in one, or of
your own FILE. Nothing is fetched: --source names the file of a source description
that is at a URL. These are built in:

` + scenarioList + `
With a description of your own (--spec) and no --scenario, each GET of it is called
for which it has all that is needed: no required parameter, or an example of each.
With --create the same holds for POST, PUT and PATCH; DELETE is never called. The
built-in scenarios are run only if all of their operations are described.

Exit status: 0 nothing at or above --fail-on; 1 findings, including responses that
a scenario does not expect (scenario-unmet); 2 wrong usage, or the server cannot
be reached; 3 nothing was checked (0 with --allow-empty).`,
		Example: `  plumb probe --base-url https://api.openai.com/v1
  plumb probe --base-url http://127.0.0.1:4010/v1 --create --report junit=probe.xml
  plumb probe --base-url https://host/v1 --batch batch_123 --scenario cancel-batch
  plumb probe --base-url https://host/api --spec openapi.yaml
  plumb probe --base-url https://host/api --spec openapi.yaml --scenario orders.arazzo.yaml`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&f.baseURL, "base-url", "", "`URL` of the API: the paths of the description are appended to it")
	cmd.Flags().StringArrayVar(&f.scenarios, "scenario", nil, "run only this scenario, or those of an Arazzo `FILE`; can be repeated")
	cmd.Flags().StringArrayVar(&f.sources, "source", nil, "read a source description of the scenarios from another file, as `NAME=FILE`; can be repeated")
	cmd.Flags().StringVar(&f.batch, "batch", "", "cancel the batch with this `ID`")
	cmd.Flags().BoolVar(&f.create, "create", false, "create batches, and cancel them; with a description of your own, call POST, PUT and PATCH, too")
	cmd.Flags().StringArrayVar(&f.values, "input", nil, "set an input of the scenarios, as `NAME=VALUE`; can be repeated")
	cmd.Flags().StringArrayVar(&f.headers, "header", nil, "send a header, as `\"NAME: VALUE\"`; can be repeated")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 30*time.Second, "`TIME` for one request, including its response")
	cmd.Flags().IntVar(&f.maxRequests, "max-requests", 2000, "stop after `N` requests")
	flags := addFlags(cmd.Flags(), func(s *setting) bool { return !slices.Contains(recordingsOnly, s.name) })
	help := cmd.HelpFunc()
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		cmd.Long = strings.Replace(cmd.Long, scenarioList, builtinScenarios(), 1)
		help(cmd, args)
	})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		base, err := address(cmd, "base-url", f.baseURL)
		if err != nil {
			return err
		}
		header, err := f.header(a.getenv)
		if err != nil {
			return err
		}
		c, err := a.liveCheck(flags, base, f.uses())
		if err != nil {
			return err
		}
		chosen, err := c.scenarios(&f)
		if err != nil {
			return err
		}
		defer a.takeLog()()
		c.probe(cmd.Context(), f, base, header, chosen)
		return nil
	}
	return cmd
}

// scenarioList is in the help in place of the list of scenarios, which is made when
// somebody reads it: it takes longer than all else that a start takes.
const scenarioList = "{scenarios}"

// builtinScenarios lists the built-in scenarios for the help.
func builtinScenarios() string {
	doc, err := probe.Builtin()
	if err != nil {
		panic(err) // a test checks the embedded files for that
	}
	var b strings.Builder
	for _, s := range doc.Scenarios {
		fmt.Fprintf(&b, "  %-16s %s\n", s.Name, s.Summary)
	}
	return b.String()
}

// header returns the headers that are sent with each request.
func (f *probeFlags) header(getenv func(string) string) (http.Header, error) {
	header := http.Header{"User-Agent": {"plumb/" + version()}, "Accept": {"application/json"}}
	for _, token := range []string{getenv("OPENAI_API_KEY"), getenv("PLUMB_TOKEN")} {
		if token != "" {
			header.Set("Authorization", "Bearer "+token)
		}
	}
	given := http.Header{}
	for _, text := range f.headers {
		name, value, ok := strings.Cut(text, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, errors.New("--header: a header has the form \"NAME: VALUE\"")
		}
		given.Add(name, strings.TrimSpace(value))
	}
	for name, values := range given {
		header[name] = values
	}
	return header, nil
}

// given returns the values of the headers that --header sets: all of them are
// treated as credentials, whatever their names.
func (f *probeFlags) given(header http.Header) []string {
	var values []string
	for _, text := range f.headers {
		name, _, _ := strings.Cut(text, ":")
		values = append(values, header.Values(strings.TrimSpace(name))...)
	}
	return values
}

// probe runs the scenarios and writes the report.
func (c *check) probe(ctx context.Context, f probeFlags, base *url.URL, header http.Header, chosen *chosenScenarios) {
	sent := append(redact.Credentials(base.String(), header, nil), f.given(header)...)
	secrets := redact.New(sent)
	p := &probe.Prober{
		Base:        base,
		Header:      header,
		Inputs:      f.inputs(),
		Timeout:     f.timeout,
		MaxRequests: f.maxRequests,
		Limits:      c.liveLimits(),
		Seen: func(x *plumb.Exchange) {
			x.Secrets = append(x.Secrets, sent...) // a server can echo what was sent
			c.see(x)
			chosen.seen(x.Response.Status)
			if c.options.verbose {
				c.say("%s", redact.ForExchange(x).Text(fmt.Sprintf("%s %s: %d", x.Request.Method, x.Request.URL, x.Response.Status)))
			}
		},
		Waiting: func(d time.Duration, why string) { c.waiting(secrets.Text(fmt.Sprintf("%s; waiting %s", why, d))) },
	}
	for _, s := range chosen.run {
		c.waiting("scenario " + s.Name)
		err := p.Run(ctx, &s)
		if c.interrupted(ctx) {
			break
		}
		if err == nil || errors.Is(err, probe.ErrUnmet) { // an unmet step is a finding already
			continue
		}
		c.failures = append(c.failures, errors.New(secrets.Text(err.Error())))
		if errors.Is(err, probe.ErrUnreachable) {
			break
		}
	}
	c.waiting("")
	if err := chosen.nothingThere(); err != nil {
		c.failures = append(c.failures, err)
	}
	c.conclude(c.report())
	if !c.options.quiet {
		chosen.sayNotRun(c)
	}
}

// waiting shows on a terminal what the run is doing; an empty text removes it.
func (c *check) waiting(text string) {
	switch {
	case c.options.quiet || c.getenv("CI") != "" || !isTerminal(c.err):
		if c.options.verbose && text != "" {
			c.say("%s", text)
		}
	default:
		fmt.Fprint(c.err, "\r\x1b[K"+textfmt.Printable(text))
	}
}
