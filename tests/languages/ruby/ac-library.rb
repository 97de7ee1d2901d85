require 'set'
require 'prime'
require 'json'
require 'time'
require 'bigdecimal'
require 'securerandom'
require 'tempfile'

SecureRandom.hex(8)
Time.now.iso8601
Tempfile.create('x') { |file| file.write('x') }
Prime.first(3)
sum = Thread.new { $stdin.read.split.map(&:to_i).sum }.value
sleep 0.001
def deep(n) = n.zero? ? 0 : 1 + deep(n - 1)
raise 'deep' unless deep(9000) == 9000

puts sum
