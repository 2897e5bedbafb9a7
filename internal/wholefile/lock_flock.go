//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package wholefile

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// hold creates a lock, or takes over that of a process that has ended: the system
// gives it free when a process ends.
func hold(name string) (unlock func() error, err error) {
	for {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		if err := flock(f, syscall.LOCK_EX); err != nil {
			_ = f.Close() // nothing was written
			return nil, err
		}
		if isStill(f, name) {
			return func() error { return errors.Join(os.Remove(name), f.Close()) }, nil
		}
		_ = f.Close() // whoever held it has removed it meanwhile
	}
}

// held reports whether a process holds a lock.
func held(name string) bool {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(flock(f, syscall.LOCK_SH), errHeld)
}

func flock(f *os.File, how int) error {
	for {
		switch err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB); err {
		case syscall.EINTR:
		case syscall.EWOULDBLOCK:
			return errHeld
		case nil:
			return nil
		default:
			return fmt.Errorf("the file system has no locks (%w); name a file on another one", err)
		}
	}
}

// isStill reports whether a name is still that of an open file.
func isStill(f *os.File, name string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	info, err := os.Lstat(name)
	return err == nil && os.SameFile(opened, info)
}

func inUse(name string) error {
	return fmt.Errorf("another plumb is writing %s: name another file, or wait until it has ended", name)
}
