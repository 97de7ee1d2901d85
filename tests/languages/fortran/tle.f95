program forever
  implicit none
  integer, volatile :: i
  i = 0
  do
    i = mod(i + 1, 1000)
  end do
end program forever
