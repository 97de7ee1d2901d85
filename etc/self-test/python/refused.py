# No second program: the call for it ends the run.
import subprocess

subprocess.run(['/bin/true'])
print('started')
