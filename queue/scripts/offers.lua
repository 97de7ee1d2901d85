-- offers.lua - what the nodes have announced. Returns node, age in ms, languages of each, one after another.
local answer = {}
local offers = call('HGETALL', P .. 'offers')
for i = 1, #offers, 2 do
    local said_ms, languages = string.match(offers[i + 1], '^(%d+) (.*)$')
    if said_ms then
        answer[#answer + 1] = offers[i]
        answer[#answer + 1] = text(math.max(0, now_ms - said_ms))
        answer[#answer + 1] = languages
    end
end
return answer
