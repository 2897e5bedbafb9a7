package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// lockPatience is how long [Locked] waits for another program.
const lockPatience = 10 * time.Second

// lockEnd ends the names of locks.
const lockEnd = ".lock"

// errHeld is the error for a lock that another program holds.
var errHeld = errors.New("another program holds the lock")

// Locked calls change while no other program does so with the same name, which
// need not exist. The lock is the file NAME.lock, which exists as long as change
// runs. Where the system allows for it, a lock ends with the process that holds it,
// however that ends; the file may then be left, and is not in the way.
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

// Free returns an error if another program has locked a target, which [Target]
// returned.
func Free(target string) error {
	if held(target + lockEnd) {
		return inUse(target)
	}
	return nil
}
