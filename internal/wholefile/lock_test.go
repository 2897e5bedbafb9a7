package wholefile

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A lock is held as long as its process lives, and is no longer in the way when that
// was killed.
func TestLockOfKilledProcess(t *testing.T) {
	const variable = "PLUMB_TEST_LOCK"
	if name := os.Getenv(variable); name != "" {
		_, err := Lock(name)
		fmt.Println("locked:", err)
		time.Sleep(time.Hour)
	}
	t.Chdir(t.TempDir())
	self, err := os.Executable()
	require.NoError(t, err)
	child := exec.Command(self, "-test.run=^TestLockOfKilledProcess$")
	child.Env = append(os.Environ(), variable+"=log")
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "locked: <nil>\n", line)

	const inUse = "another plumb is writing log: name another file, or wait until it has ended"
	assert.EqualError(t, Free("log"), inUse)
	_, err = Lock("log")
	assert.EqualError(t, err, inUse)

	require.NoError(t, child.Process.Kill())
	_ = child.Wait() // it was killed
	assert.FileExists(t, "log.lock")
	assert.NoError(t, Free("log"))
	unlock, err := Lock("log")
	require.NoError(t, err)
	assert.Error(t, Free("log"))
	require.NoError(t, unlock())
	assert.NoFileExists(t, "log.lock")
}
