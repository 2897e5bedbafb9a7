package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/proxy"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/textfmt"
	"github.com/plumbapi/plumb/internal/wholefile"
)

func (a *app) proxyCommand() *cobra.Command {
	var target, addr string
	var out proxyFiles
	cmd := &cobra.Command{
		Use:   "proxy --target URL",
		Short: "Check, and record, what passes through a reverse proxy",
		Long: `Pass requests on to a server, check its responses against the description, and
report where they differ when the proxy is interrupted, as plumb check does.

The proxy changes only what HTTP requires, and no client waits for a check:
responses that arrive faster than they can be checked are counted as skipped. With
--har FILE it records what passes, without credentials and without the bodies of
requests; plumb check reads the recording. Until the proxy ends, the recording is
FILE.part. The URL to send requests to is printed on standard error.

For tests in any language: --ready FILE writes the URL to a file once the proxy accepts
requests, and removes it when the proxy ends; --events FILE gets a line of JSON for each
occurrence of a finding as it is found, with the fingerprint that the report has.`,
		Example: `  plumb proxy --target https://api.openai.com/v1 --har session.har
  OPENAI_BASE_URL=http://127.0.0.1:4011 ./my-client
  plumb proxy --target http://127.0.0.1:8080 --addr 127.0.0.1:0 --ready url.txt --events events.ndjson`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&target, "target", "", "`URL` of the server; its path is prepended to those of the requests")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:4011", "`ADDRESS` to listen on; port 0 chooses a free port")
	fileFlag(cmd.Flags(), &out.har, "har", "record what passes in this `FILE`, as HAR 1.2")
	fileFlag(cmd.Flags(), &out.ready, "ready", "write the URL to this `FILE` once the proxy accepts requests")
	fileFlag(cmd.Flags(), &out.events, "events", "write each occurrence of a finding to this `FILE` as it is found, as a line of JSON")
	flags := addFlags(cmd.Flags(), func(s *setting) bool { return !slices.Contains(recordingsOnly, s.name) })
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		to, err := address(cmd, "target", target)
		if err != nil {
			return err
		}
		listener, err := listen(addr) // first: if it is in use, the files of another run are not touched
		if err != nil {
			return err
		}
		defer listener.Close()
		ready := readyFile{out.ready, urlOf(listener) + "\n"}
		if err := ready.clear(); err != nil {
			return err
		}
		c, err := a.liveCheck(flags, to, out.uses())
		if err != nil {
			return err
		}
		return c.proxy(cmd.Context(), to, listener, ready, out)
	}
	return cmd
}

// proxyFiles are the names of files that the proxy writes while it runs; those
// that are not wanted are empty.
type proxyFiles struct{ har, ready, events string }

func (p proxyFiles) uses() (u uses) {
	for _, f := range []written{{"--har", p.har}, {"--ready", p.ready}, {"--events", p.events}} {
		if f.path != "" {
			u.writes = append(u.writes, f)
		}
	}
	if p.events != "" {
		u.reads = append(u.reads, reading("the lock of --events", wholefile.LockOf(p.events)))
	}
	if p.har != "" {
		u.reads = append(u.reads, reading("the recording in progress", p.har+recording.Part))
	}
	return u
}

// readyFile is a file that has the URL of the proxy while that accepts requests.
type readyFile struct{ name, text string }

// clear removes the URL of a proxy that was killed, so that nobody takes it for that
// of this one, which still has to read the description. Where there is a link,
// the file that it leads to is emptied, since nothing is written through a link
// that leads nowhere.
func (f readyFile) clear() error {
	if f.name == "" {
		return nil
	}
	old, err := wholefile.Read(f.name)
	if err != nil || !isReady(string(old)) {
		return nil // check and create say what is wrong with it
	}
	if info, err := os.Lstat(f.name); err == nil && !info.Mode().IsRegular() {
		return wholefile.WriteBytes(f.name, nil)
	}
	if err := os.Remove(f.name); err != nil {
		return fmt.Errorf("--ready: the URL of an earlier proxy cannot be removed from %s: %w", f.name, wholefile.Cause(err))
	}
	return nil
}

// check returns an error if the file has something else than a proxy writes, which
// must not be replaced.
func (f readyFile) check() error {
	if f.name == "" {
		return nil
	}
	if old, err := wholefile.Read(f.name); err == nil && len(old) > 0 && !isReady(string(old)) {
		return fmt.Errorf("--ready: %s has something else than the URL of a proxy; name another file", f.name)
	}
	return nil
}

// create writes the file. It replaces only what another proxy wrote.
func (f readyFile) create() error {
	if f.name == "" {
		return nil
	}
	if err := f.check(); err != nil {
		return err
	}
	return wholefile.WriteBytes(f.name, []byte(f.text))
}

// remove removes the file, unless another proxy has replaced it.
func (f readyFile) remove() {
	if f.name == "" {
		return
	}
	if target, err := wholefile.Target(f.name); err == nil {
		if text, err := wholefile.Read(target); err == nil && string(text) == f.text {
			_ = os.Remove(target)
		}
	}
}

// isReady reports whether a text is what a proxy writes to its ready file: one line,
// the URL of a server without a path.
func isReady(text string) bool {
	line := strings.TrimSuffix(text, "\n")
	u, err := url.Parse(line)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && line == u.Scheme+"://"+u.Host
}

// proxy serves until ctx ends, and then writes the report.
func (c *check) proxy(ctx context.Context, target *url.URL, listener net.Listener, ready readyFile, out proxyFiles) (err error) {
	if err := ready.check(); err != nil { // before other files are emptied
		return err
	}
	run := &proxyRun{check: c, name: target.Redacted()}
	if err := run.create(out); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer c.takeLog()()
	p := proxy.New(run.options(target))
	if err := ready.create(); err != nil {
		run.failures = append(run.failures, err)
		stop() // whoever waits for the file would wait for ever
	} else {
		defer ready.remove()
	}
	run.say("listening on %s, passing on to %s", urlOf(listener), target.Redacted())
	err = serve(ctx, listener, &http.Server{
		Handler:                      p,
		DisableGeneralOptionsHandler: true, // OPTIONS * is the target's to answer
		ErrorLog:                     c.logger(),
	})
	slow := time.AfterFunc(checkPatience+time.Second, run.stillRecording)
	unchecked := p.Close(checkPatience)
	slow.Stop()
	run.end(unchecked)
	return err
}

// create creates the files that are written while the proxy runs.
func (r *proxyRun) create(out proxyFiles) (err error) {
	if out.har != "" {
		if r.recorder, err = recording.CreateHAR(out.har, version()); err != nil {
			return fmt.Errorf("--har: %w", err)
		}
		r.recorder.Declares = r.desc.Declares
		r.name = out.har
	}
	if out.events == "" {
		return nil
	}
	if r.eventLog, err = createEventLog(out.events); err != nil {
		if r.recorder != nil {
			_ = os.Remove(out.har + recording.Part) // it would be in the way of the next run
		}
		return err
	}
	r.found = func(x *plumb.Exchange, result *engine.Result) { r.eventLog.write(r.events(x, result)) }
	return nil
}

// checkPatience is how long the proxy waits for checks when it ends, as
// docs/proxy.md says.
const checkPatience = 5 * time.Second

// proxyRun is one run of the proxy command.
type proxyRun struct {
	*check
	name     string // the recording's file name, in the places of exchanges
	recorder *recording.HARWriter
	lost     error     // the error that ended the recording early
	eventLog *eventLog // nil if none is wanted
}

func (r *proxyRun) options(target *url.URL) proxy.Options {
	o := proxy.Options{
		Target:  target,
		Limits:  r.liveLimits(),
		Name:    r.name,
		Reveal:  r.validator.Reveal,
		Check:   r.validator.Check,
		Checked: r.seen,
		Failed:  func(err error) { r.say("%v", err) },
	}
	if r.recorder != nil {
		o.Record = r.record
	}
	return o
}

// record writes an exchange to the recording. After an exchange that cannot be
// written the recording ends: with a gap it would be misleading.
func (r *proxyRun) record(e recording.HAREntry) {
	if r.lost == nil {
		if r.lost = r.recorder.Add(e); r.lost != nil {
			r.say("--har: %v; what passes from now on is checked, and not recorded", r.lost)
		}
	}
}

// stillRecording explains why the proxy takes time to end.
func (r *proxyRun) stillRecording() {
	if r.recorder == nil {
		return
	}
	r.say("what passed is still being recorded; a second interrupt ends the proxy at once, and leaves what is recorded in %s", r.name+recording.Part)
}

// end writes the report and the messages about the run, when nothing passes any
// more.
func (r *proxyRun) end(unchecked proxy.Unchecked) {
	r.leftOut("responses that arrived faster than they could be checked", unchecked.NoRoom)
	r.leftOut("responses whose check had not ended when the proxy ended", unchecked.TooLate)
	r.leftOut("responses whose check failed because of a bug in plumb", unchecked.Failed)
	if n := unchecked.NoRoom + unchecked.TooLate; n > 0 {
		r.notes = append(r.notes, fmt.Errorf("%s passed without a check, so that no client had to wait; a recording (--har) has all responses, and plumb check can check it", textfmt.Count(n, "response")))
	}
	if unchecked.Failed > 0 {
		r.failures = append(r.failures, fmt.Errorf("the check of %s failed because of a bug in plumb; please report it", textfmt.Count(unchecked.Failed, "response")))
	}
	if r.recorder != nil {
		if err := errors.Join(r.lost, r.recorder.Close()); err != nil {
			r.failures = append(r.failures, fmt.Errorf("--har: %w", err))
		}
	}
	if r.eventLog != nil {
		if err := r.eventLog.close(); err != nil {
			r.failures = append(r.failures, err)
		}
	}
	r.conclude(r.report())
}

// leftOut counts exchanges that passed and were not checked.
func (r *proxyRun) leftOut(reason string, count int) {
	for range count {
		r.outcome.Add(&plumb.Exchange{}, engine.Result{Skipped: reason})
	}
}
