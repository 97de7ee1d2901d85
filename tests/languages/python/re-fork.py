# Another program is not the submission's.
import subprocess

a, b = map(int, input().split())
print(subprocess.run(['/usr/bin/expr', str(a), '+', str(b)], capture_output=True, text=True).stdout)
