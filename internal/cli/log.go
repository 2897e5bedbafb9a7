package cli

import "log"

// logged is a writer that prints the lines that libraries log as messages of
// ours: each on one line, without credentials.
type logged struct{ *app }

// Write prints a line.
func (l logged) Write(line []byte) (int, error) {
	l.say("%s", line)
	return len(line), nil
}

// logger returns a logger for types of net/http that accept one.
func (a *app) logger() *log.Logger { return log.New(logged{a}, "", 0) }

// takeLog redirects what is logged with the standard logger, for example by
// connections of net/http's clients, to our messages until it is undone.
func (a *app) takeLog() (undo func()) {
	flags, to := log.Flags(), log.Writer()
	log.SetFlags(0)
	log.SetOutput(logged{a})
	return func() {
		log.SetFlags(flags)
		log.SetOutput(to)
	}
}
