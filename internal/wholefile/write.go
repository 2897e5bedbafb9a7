package wholefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Target returns the file that would be written under a name: where links lead
// to. It is an error if nothing can be written there: it is a folder, a device or
// a FIFO, a link that leads nowhere, or in a folder that does not exist. The name
// "-" is an error, too: it stands for standard input where files are read, and who
// gives it for one that is written hardly means a file of that name.
func Target(name string) (string, error) {
	if name == "-" {
		return "", errors.New("- is not the name of a file, and standard output is not written in this way; name a file, such as ./- if that is its name")
	}
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return "", fmt.Errorf("%s is a folder; name a file in it", name)
	case err == nil && !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is a device or a pipe, which cannot be written whole; name a file", name)
	case err == nil:
		target, err := filepath.EvalSymlinks(name)
		if target == "-" {
			target = name
		}
		return target, err
	}
	if errors.Is(err, syscall.ENAMETOOLONG) {
		return "", fmt.Errorf("%s: %w", name, errTooLong)
	}
	if _, err := os.Lstat(name); err == nil {
		return "", fmt.Errorf("%s is a link that leads nowhere; remove it, or name another file", name)
	}
	folder := filepath.Dir(name)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return "", fmt.Errorf("there is no folder %s to write %s into; create it first", folder, filepath.Base(name))
	}
	return name, nil
}

// Write writes a file completely or not at all: readers never see a part of it.
// It keeps the permissions of the file that it replaces; a new one has those of
// the user's umask.
func Write(name string, write func(io.Writer) error) (err error) {
	target, err := Target(name)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s cannot be written: %w", name, err)
		}
	}()
	f, err := createBeside(target)
	if err != nil {
		return Cause(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Close()); err != nil {
		return err
	}
	return Replace(f.Name(), target)
}

// WriteBytes writes data as [Write] does.
func WriteBytes(name string, data []byte) error {
	return Write(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Replace moves a file over the target, and gives it the permissions of what is
// there.
func Replace(file, target string) error {
	if info, err := os.Stat(target); err == nil {
		if err := os.Chmod(file, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return os.Rename(file, target)
}

// createBeside creates a file in the folder of another one. Its name is short,
// since that of the other one may be as long as names can be.
func createBeside(target string) (*os.File, error) {
	for {
		name := filepath.Join(filepath.Dir(target), ".plumb-"+strconv.FormatUint(rand.Uint64(), 36))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}
