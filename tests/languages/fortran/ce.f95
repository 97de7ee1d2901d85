program add
  implicit none
  missing = 1
end program add
