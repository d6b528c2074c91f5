"""What stands on the table."""

import math

from materials import desktop, mottled, picture, plain
from modelling import Body


def build_laptop(location, heading):
    """An open laptop, its screen towards -y."""
    laptop = Body()
    shell = plain('aluminium', (0.62, 0.63, 0.65), 0.32, 0.85)
    key = plain('laptop keys', (0.02, 0.02, 0.022), 0.5)
    bezel = plain('bezel', (0.012, 0.012, 0.014), 0.2)
    lean = math.radians(-17)
    laptop.box((0, 0, 0.009), (0.36, 0.25, 0.016), shell, 0.006)
    for row in range(5):
        for column in range(14):
            laptop.box((-0.152 + column * 0.0234, 0.005 + row * 0.0205, 0.0178), (0.0195, 0.017, 0.003), key, 0.001,
                       segments=1)
    laptop.box((0, -0.075, 0.0172), (0.11, 0.07, 0.0012), plain('touchpad', (0.50, 0.51, 0.53), 0.3, 0.7), 0)
    rise = (0, 0.125 + 0.12 * math.sin(-lean), 0.018 + 0.12 * math.cos(lean))
    laptop.box(rise, (0.36, 0.010, 0.245), shell, 0.005, (lean, 0, 0))
    forward = (0, -math.cos(lean), -math.sin(lean))
    laptop.panel(tuple(r + 0.0056 * f for r, f in zip(rise, forward)), 0.35, 0.233, bezel, (lean, 0, 0))
    laptop.panel(tuple(r + 0.0064 * f for r, f in zip(rise, forward)), 0.332, 0.210,
                 picture('desktop', 320, 200, desktop, 1.25), (lean, 0, 0))
    return [laptop.place('laptop', location, heading)]


def build_keyboard(location, heading):
    """A slim keyboard with dark keys on a light tray."""
    keyboard = Body()
    tray = plain('keyboard tray', (0.10, 0.10, 0.11), 0.4)
    key = plain('keyboard keys', (0.80, 0.80, 0.79), 0.5)
    tilt = math.radians(4)
    keyboard.box((0, 0, 0.012), (0.45, 0.145, 0.016), tray, 0.005, (tilt, 0, 0))
    for row in range(5):
        y = -0.050 + row * 0.025
        z = 0.0215 + y * math.tan(tilt)
        keys = [(column * 0.0245, 0.021) for column in range(18)]
        if row == 0:
            keys = [(column * 0.0245, 0.021) for column in (0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17)]
            keys.append((6.5 * 0.0245, 0.143))
        for x, width in keys:
            keyboard.box((-0.2085 + x, y, z), (width, 0.021, 0.008), key, 0.002, (tilt, 0, 0), 1)
    return [keyboard.place('keyboard', location, heading)]


def build_mouse(location, heading):
    """A computer mouse: a flattened shell with a wheel."""
    mouse = Body()
    black = plain('mouse black', (0.02, 0.02, 0.023), 0.35)
    mouse.lathe([(0, 0.038), (0.012, 0.037), (0.022, 0.031), (0.029, 0.020), (0.032, 0.008), (0.031, 0)],
                (0, 0, 0), black, scale=(1.0, 1.75))
    mouse.box((0, 0.032, 0.031), (0.007, 0.018, 0.012), plain('wheel', (0.35, 0.35, 0.36), 0.6), 0.002)
    return [mouse.place('mouse', location, heading)]


def build_bottle(name, location, glass, label_colour, size=1.0):
    """A wine bottle with label and capsule."""
    bottle = Body()
    s = size
    body = [(0, 0), (0.036, 0), (0.0385, 0.006), (0.0385, 0.185), (0.036, 0.205), (0.027, 0.226), (0.0175, 0.242),
            (0.0150, 0.262), (0.0145, 0.30), (0.0165, 0.302), (0.0165, 0.316), (0.014, 0.318), (0, 0.318)]
    bottle.lathe([(r * s, h * s) for r, h in body], (0, 0, 0), plain(name + ' glass', glass, 0.06, clearcoat=0.6))
    paper = plain(name + ' label', label_colour, 0.7)
    print_ = plain(name + ' print', (0.25, 0.05, 0.05), 0.7)
    bottle.lathe([(0.0389 * s, 0.055 * s), (0.0389 * s, 0.150 * s)], (0, 0, 0), paper)
    bottle.lathe([(0.0391 * s, 0.118 * s), (0.0391 * s, 0.134 * s)], (0, 0, 0), print_)
    bottle.lathe([(0.0391 * s, 0.072 * s), (0.0391 * s, 0.076 * s)], (0, 0, 0), print_)
    bottle.lathe([(0.0156 * s, 0.258 * s), (0.0151 * s, 0.30 * s), (0.0170 * s, 0.302 * s), (0.0170 * s, 0.317 * s),
                  (0.0140 * s, 0.3195 * s), (0, 0.3195 * s)], (0, 0, 0), plain(name + ' capsule', (0.36, 0.03, 0.03), 0.35))
    return [bottle.place(name, location)]


def build_cup(name, location, colour, heading):
    """A mug with a handle and coffee in it."""
    cup = Body()
    glaze = plain(name + ' glaze', colour, 0.22, clearcoat=0.5)
    cup.lathe([(0, 0), (0.036, 0), (0.041, 0.006), (0.0435, 0.05), (0.0445, 0.098), (0.0425, 0.101), (0.0405, 0.098),
               (0.0395, 0.02), (0, 0.012)], (0, 0, 0), glaze)
    cup.lathe([(0, 0.080), (0.0405, 0.080)], (0, 0, 0), plain(name + ' coffee', (0.035, 0.015, 0.007), 0.12))
    arc = [math.radians(100 - 20 * i) for i in range(11)]
    cup.tube([(0.042 + 0.030 * math.cos(a), 0, 0.052 + 0.032 * math.sin(a)) for a in arc], 0.0065, glaze)
    return [cup.place(name, location, heading)]


def build_bowl(location):
    """A ceramic bowl with fruit."""
    bowl = Body()
    glaze = plain('bowl glaze', (0.10, 0.26, 0.42), 0.2, clearcoat=0.5)
    bowl.lathe([(0, 0), (0.048, 0), (0.052, 0.008), (0.085, 0.030), (0.112, 0.062), (0.122, 0.092), (0.118, 0.094),
                (0.106, 0.064), (0.078, 0.034), (0, 0.016)], (0, 0, 0), glaze)
    for x, y, z, radius, colour in ((0.035, 0.03, 0.070, 0.037, (0.85, 0.32, 0.03)), (-0.04, 0.02, 0.068, 0.036, (0.55, 0.05, 0.03)),
                                    (0.0, -0.045, 0.066, 0.036, (0.45, 0.55, 0.06)), (0.0, 0.01, 0.112, 0.036, (0.80, 0.28, 0.03))):
        profile = [(radius * math.sin(math.pi * i / 12), radius * -math.cos(math.pi * i / 12)) for i in range(13)]
        bowl.lathe(profile, (x, y, z), mottled('fruit', colour, 0.12, 40, 0.4), 24)
    return [bowl.place('bowl', location)]


def build_open_book(location, heading):
    """A book lying open: two gently curved pages with lines of print."""
    book = Body()
    paper = plain('open pages', (0.86, 0.83, 0.75), 0.8)
    ink = plain('print', (0.22, 0.21, 0.20), 0.8)
    cover = plain('open cover', (0.30, 0.05, 0.06), 0.5)
    page, depth, steps = 0.165, 0.24, 12
    book.box((0, 0, 0.002), (2 * page + 0.012, depth + 0.012, 0.004), cover, 0.001, segments=1)

    def height(u):
        return 0.006 + 0.020 * math.sin(math.pi * min(1.0, u + 0.06)) ** 0.6 * (1 - 0.55 * u)

    def strip(side, u0, u1, y0, y1, lift, material):
        vertices = []
        for i in range(steps + 1):
            u = u0 + (u1 - u0) * i / steps
            vertices += [(side * u * page, y0, height(u) + lift), (side * u * page, y1, height(u) + lift)]
        faces = [(2 * i, 2 * i + 2, 2 * i + 3, 2 * i + 1) for i in range(steps)]
        book.add(vertices, faces if side > 0 else [f[::-1] for f in faces], material)

    for side in (1, -1):
        strip(side, 0, 1, -depth / 2, depth / 2, 0, paper)
        for edge in (-depth / 2, depth / 2):
            vertices = []
            for i in range(steps + 1):
                vertices += [(side * i / steps * page, edge, 0.004), (side * i / steps * page, edge, height(i / steps))]
            book.add(vertices, [(2 * i, 2 * i + 2, 2 * i + 3, 2 * i + 1) for i in range(steps)], paper)
        for line in range(14):
            y = depth / 2 - 0.028 - line * 0.0135
            strip(side, 0.14, 0.88 if line % 5 != 4 else 0.55, y, y + 0.005, 0.0006, ink)
    return [book.place('open book', location, heading)]
