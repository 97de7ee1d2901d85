program add
  implicit none
  integer :: a, b, c, code
  read (*, *, iostat=code) a, b
  read (*, *) c
  write (*, *) c
end program add
