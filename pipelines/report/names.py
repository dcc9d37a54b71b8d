"""Names made safe to show, in the place where they were."""

from labelfns.display.names import name_html as name_html
from labelfns.display.names import printable as printable
from labelfns.display.names import short as short
