-- states.lua - ARGV: ids. Returns a letter each: w(aiting), h(eld), d(ead), u(nknown).
local letters = {}
for i = 1, #ARGV do
    letters[i] = call('HGET', job_key(ARGV[i]), 'state') or 'u'
end
return table.concat(letters)
