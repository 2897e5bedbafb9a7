package cli

import "log"

// logged says lines that libraries log as messages of ours: on one line each,
// without credentials.
type logged struct{ *app }

// Write takes a line.
func (l logged) Write(line []byte) (int, error) {
	l.say("%s", line)
	return len(line), nil
}

// logger returns a logger for a part of net/http that takes one.
func (a *app) logger() *log.Logger { return log.New(logged{a}, "", 0) }

// takeLog makes what is logged without a logger, as by the connections of
// net/http's clients, messages of ours until it is undone.
func (a *app) takeLog() (undo func()) {
	flags, to := log.Flags(), log.Writer()
	log.SetFlags(0)
	log.SetOutput(logged{a})
	return func() {
		log.SetFlags(flags)
		log.SetOutput(to)
	}
}
