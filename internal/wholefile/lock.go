package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// lockPatience is how long [Locked] waits for another program.
const lockPatience = 10 * time.Second

// lockEnd ends the names of locks.
const lockEnd = ".lock"

// errHeld is the error for a lock that another program holds.
var errHeld = errors.New("another program holds the lock")

// Locked calls change while no other program does so with the same name, which
// need not exist. The lock is the file NAME.lock, which exists as long as change
// runs. A lock ends with the process that holds it, however that ends; the file may then
// be left, and is not in the way.
func Locked(name string, change func() error) (err error) {
	unlock, err := lock(name, lockPatience)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return change()
}

// Lock is [Locked] without an end: what it returns gives the name free. It does
// not wait for another program.
func Lock(name string) (unlock func() error, err error) { return lock(name, 0) }

// LockOf returns the name of the lock of a file.
func LockOf(name string) string {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	return name + lockEnd
}

func lock(name string, patience time.Duration) (unlock func() error, err error) {
	file := LockOf(name)
	if err := isLock(file); err != nil {
		return nil, err
	}
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		unlock, err := hold(file)
		if err == nil {
			return unlock, nil
		}
		if !errors.Is(err, errHeld) {
			return nil, fmt.Errorf("%s cannot be created: %w", file, Cause(err))
		}
		if time.Since(began) >= patience {
			return nil, inUse(name)
		}
	}
}

// isLock returns an error if a file is there and is no lock. Locks are empty.
func isLock(file string) error {
	info, err := os.Lstat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, Cause(err))
	}
	if !info.Mode().IsRegular() || info.Size() > 0 {
		return fmt.Errorf("%s is in the way: it is the name of a lock, and has something else; name another file", file)
	}
	return nil
}

// hold creates a lock, or takes over that of a process that has ended: the system
// gives it free when a process ends.
func hold(name string) (unlock func() error, err error) {
	for {
		l := flock.New(name, flock.SetFlag(os.O_RDWR|os.O_CREATE), flock.SetPermissions(0o666))
		var notOpened *fs.PathError
		switch ok, err := l.TryLock(); {
		case errors.As(err, &notOpened):
			return nil, err
		case err != nil:
			return nil, fmt.Errorf("the file system has no locks (%w); name a file on another one", err)
		case !ok:
			return nil, errHeld
		case isStill(l, name):
			return func() error { return release(l) }, nil
		}
		if err := l.Unlock(); err != nil { // whoever held it has removed it meanwhile
			return nil, err
		}
	}
}

// release removes a lock and gives it free. Windows does not remove a file that is open:
// the lock is free before, and remains if another process has opened it meanwhile.
func release(l *flock.Flock) error {
	if runtime.GOOS == "windows" {
		err := l.Unlock()
		_ = os.Remove(l.Path()) // it is not in the way
		return err
	}
	return errors.Join(os.Remove(l.Path()), l.Unlock())
}

// isStill reports whether a name is still that of an open lock.
func isStill(l *flock.Flock, name string) bool {
	opened, err := l.Stat()
	if err != nil {
		return false
	}
	info, err := os.Lstat(name)
	return err == nil && os.SameFile(opened, info)
}

// Free returns an error if another program has locked a target, which [Target]
// returned.
func Free(target string) error {
	file := target + lockEnd
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	l := flock.New(file, flock.SetFlag(os.O_RDONLY))
	if free, err := l.TryRLock(); err == nil && !free {
		return inUse(target)
	}
	_ = l.Unlock() // nothing was written
	return nil
}

func inUse(name string) error {
	return fmt.Errorf("another plumb is writing %s: name another file, or wait until it has ended", name)
}
