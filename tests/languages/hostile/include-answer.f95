! expect: CE
program answer
  include '@ANSWER@'
end program answer
