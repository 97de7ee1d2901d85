program blocks
  implicit none
  type node
    integer, allocatable :: values(:)
  end type node
  type(node) :: nodes(100000)
  integer :: i
  do i = 1, 100000
    allocate (nodes(i)%values(262144))
    nodes(i)%values = i
  end do
  write (*, *) nodes(100000)%values(1)
end program blocks
