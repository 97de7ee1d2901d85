# Reading, printing, a thread, an exception, memory, a file, random numbers, the time.
require 'set'
require 'json'
require 'time'
require 'securerandom'
require 'tempfile'

SecureRandom.hex(8)
Time.now.iso8601
large = 'x' * (16 << 20)
Tempfile.create('x') { |file| file.write(large[0, 10]) }
def deep(n) = n.zero? ? 0 : 1 + deep(n - 1)
begin
  raise 'thrown' unless deep(5000) == 0
rescue RuntimeError
  sum = Thread.new { $stdin.read.split.map(&:to_i).sum }.value
end
GC.start
sleep 0.001
puts sum
