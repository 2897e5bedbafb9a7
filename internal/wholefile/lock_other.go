//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// hold creates a lock. One that is there is held, also if its process was killed.
func hold(name string) (unlock func() error, err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, errHeld
	}
	if err != nil {
		return nil, err
	}
	_ = f.Close() // nothing was written
	return func() error { return os.Remove(name) }, nil
}

// held reports whether there is a lock.
func held(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

func inUse(name string) error {
	return fmt.Errorf("another plumb is writing %s, or was killed while it did: name another file, or remove %s if none is running", name, name+lockEnd)
}
