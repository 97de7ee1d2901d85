! Reading, printing, memory, a file, random numbers, the time.
program add
  implicit none
  integer(kind=8) :: a, b, c, d
  integer(kind=8), allocatable :: large(:)
  integer :: values(8)
  real(kind=8) :: number
  read (*, *) a, b
  allocate (large(2000000))
  large = 1
  call random_seed()
  call random_number(number)
  call date_and_time(values=values)
  open (unit=10, file='x', status='replace')
  write (10, *) a, b
  rewind (10)
  read (10, *) c, d
  close (10, status='delete')
  if (sum(large) /= 2000000 .or. number < 0 .or. values(1) < 2000) stop 1
  write (*, '(I0)') c + d
end program add
