import sys

