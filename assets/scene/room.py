"""The room, its light, and the furniture."""

import math
import random

import bpy
from mathutils import Vector

from materials import (fabric, glowing, landscape, mottled, painting, picture, plain, planks, striped, wood)
from modelling import Body

LEFT, RIGHT, FRONT, BACK, HEIGHT = -3.0, 3.2, -3.4, 3.2, 2.7
WINDOW = {'near': -1.3, 'far': 1.5, 'sill': 0.75, 'top': 2.35}
TABLE_HEIGHT = 0.75


def build_shell():
    """Floor, walls with a window on the left, ceiling, skirting."""
    wall = mottled('plaster', (0.74, 0.71, 0.65), 0.04, 9, 0.9)
    trim = plain('trim', (0.85, 0.85, 0.83), 0.4)
    oak = planks('floor', (0.42, 0.27, 0.15))
    width, depth = RIGHT - LEFT, BACK - FRONT
    middle = ((LEFT + RIGHT) / 2, (FRONT + BACK) / 2)

    floor = Body()
    floor.box((*middle, -0.05), (width, depth, 0.1), oak, 0)
    floor.place('floor')

    shell = Body()
    shell.box((*middle, HEIGHT + 0.05), (width + 0.2, depth + 0.2, 0.1), trim, 0)
    shell.box((middle[0], BACK + 0.05, HEIGHT / 2), (width + 0.2, 0.1, HEIGHT), wall, 0)
    shell.box((middle[0], FRONT - 0.05, HEIGHT / 2), (width + 0.2, 0.1, HEIGHT), wall, 0)
    shell.box((RIGHT + 0.05, middle[1], HEIGHT / 2), (0.1, depth, HEIGHT), wall, 0)
    x, near, far, sill, top = LEFT - 0.05, WINDOW['near'], WINDOW['far'], WINDOW['sill'], WINDOW['top']
    shell.box((x, (FRONT + near) / 2, HEIGHT / 2), (0.1, near - FRONT, HEIGHT), wall, 0)
    shell.box((x, (far + BACK) / 2, HEIGHT / 2), (0.1, BACK - far, HEIGHT), wall, 0)
    shell.box((x, (near + far) / 2, sill / 2), (0.1, far - near, sill), wall, 0)
    shell.box((x, (near + far) / 2, (top + HEIGHT) / 2), (0.1, far - near, HEIGHT - top), wall, 0)
    shell.box((middle[0], BACK - 0.008, 0.05), (width, 0.016, 0.1), trim, 0.004)
    shell.box((LEFT + 0.008, middle[1], 0.05), (0.016, depth, 0.1), trim, 0.004)
    for y in (near, (near + far) / 2, far):
        shell.box((x, y, (sill + top) / 2), (0.06, 0.06, top - sill), trim, 0.006)
    for z in (sill, top):
        shell.box((x, (near + far) / 2, z), (0.08, far - near, 0.06), trim, 0.006)
    shell.box((LEFT + 0.09, (near + far) / 2, sill - 0.03), (0.28, far - near + 0.16, 0.035), trim, 0.006)
    shell.place('shell')


def build_lights():
    """Sun and sky through the window, a broad soft fill from behind the camera and one from the ceiling."""
    def lamp(kind, name, energy, colour, location, target, size=1.0, size_y=1.0):
        data = bpy.data.lights.new(name, kind)
        data.energy = energy
        data.color = colour
        if kind == 'AREA':
            data.shape = 'RECTANGLE'
            data.size, data.size_y = size, size_y
        else:
            data.angle = math.radians(2.0)
        thing = bpy.data.objects.new(name, data)
        thing.location = location
        direction = Vector(target) - Vector(location)
        thing.rotation_euler = direction.to_track_quat('-Z', 'Y').to_euler()
        thing.visible_camera = False
        bpy.context.scene.collection.objects.link(thing)

    lamp('SUN', 'sun', 5.0, (1.0, 0.83, 0.62), (-6.0, -1.6, 2.9), (0.0, 0.4, 0.0))
    lamp('AREA', 'sky', 110, (0.80, 0.90, 1.0), (LEFT - 0.02, 0.1, 1.55), (0.5, 0.3, 0.9), 2.7, 1.5)
    lamp('AREA', 'fill', 32, (1.0, 0.95, 0.88), (1.2, FRONT + 0.15, 2.2), (0.3, 0.8, 0.6), 3.0, 1.6)
    lamp('AREA', 'ceiling', 26, (1.0, 0.94, 0.86), (0.2, 1.2, HEIGHT - 0.03), (0.2, 1.21, 0), 3.4, 2.6)

    world = bpy.data.worlds.new('sky')
    bpy.context.scene.world = world
    world.use_nodes = True
    background = world.node_tree.nodes['Background']
    background.inputs['Color'].default_value = (0.80, 0.86, 1.0, 1)
    background.inputs['Strength'].default_value = 0.45
    world.light_settings.distance = 1.2


def build_decor():
    """What makes the room lived in: rug, paintings, floor lamp."""
    rug = Body()
    weave = striped('rug', [(0.62, 0.55, 0.45), (0.20, 0.22, 0.27), (0.62, 0.55, 0.45), (0.48, 0.16, 0.10)], 1.1)
    rug.box((0, 0, 0.008), (2.4, 1.3, 0.016), weave, 0.006)
    rug.place('rug', (0.55, 1.75, 0))

    frame = plain('frame', (0.05, 0.04, 0.035), 0.4)
    mount = plain('mount', (0.88, 0.87, 0.84), 0.8)
    inks = [(0.75, 0.36, 0.16), (0.16, 0.33, 0.38), (0.88, 0.68, 0.32), (0.42, 0.16, 0.18)]
    for i, (x, width, height) in enumerate(((0.45, 0.5, 0.68), (1.15, 0.5, 0.68))):
        art = Body()
        art.box((0, 0.012, 0), (width, 0.024, height), frame, 0.004)
        art.panel((0, -0.002, 0), width - 0.05, height - 0.05, mount)
        art.panel((0, -0.004, 0), width - 0.17, height - 0.17,
                  picture('art%d' % i, 96, 128, painting(i + 4, (0.86, 0.82, 0.72), inks)))
        art.place('art%d' % i, (x, BACK - 0.026, 1.72))

    lamp = Body()
    brass = plain('brass', (0.55, 0.40, 0.18), 0.3, 1.0)
    lamp.lathe([(0, 0.02), (0.13, 0.02), (0.14, 0.0)], (0, 0, 0), brass)
    lamp.tube([(0, 0, 0.01), (0, 0, 1.45)], 0.011, brass)
    lamp.lathe([(0.21, 1.30), (0.15, 1.62)], (0, 0, 0), glowing('shade', (1.0, 0.80, 0.55), 1.3))
    lamp.place('floor lamp', (2.15, 2.85, 0))


def build_pendant():
    """The lamp above the table; its origin is where it hangs, so that it can sway."""
    pendant = Body()
    black = plain('enamel', (0.02, 0.022, 0.025), 0.3)
    pendant.tube([(0, 0, 0), (0, 0, -0.62)], 0.004, black, 6)
    pendant.lathe([(0, -0.60), (0.03, -0.61), (0.05, -0.66), (0.13, -0.74), (0.19, -0.84), (0.185, -0.84),
                   (0.125, -0.75), (0.04, -0.68), (0, -0.66)], (0, 0, 0), black)
    pendant.lathe([(0, -0.70), (0.035, -0.73), (0.045, -0.77), (0.03, -0.81), (0, -0.82)], (0, 0, 0),
                  glowing('bulb', (1.0, 0.85, 0.60), 6), 20)
    return pendant.place('pendant', (0.0, 0.15, HEIGHT))


def curtain_vertices(phase, columns=110, width=0.75, top=2.5, bottom=0.06):
    """The curtain's folds; phase moves them, most at the lower end."""
    vertices = []
    for row in range(9):
        sway = (row / 8) ** 1.5
        for i in range(columns + 1):
            u = i / columns
            fold = 0.045 * math.sin(2 * math.pi * 9 * u + 1.1 * math.sin(4 * u) + 0.6 * sway * math.sin(phase))
            swing = 0.10 * sway * math.sin(phase + 2.2 * u)
            vertices.append((0.10 + fold + swing, width * (u - 0.5), top + (bottom - top) * row / 8))
    return vertices


def build_curtain():
    """A linen curtain beside the window."""
    curtain = Body()
    columns = 110
    faces = [(a, a + 1, a + columns + 2, a + columns + 1)
             for row in range(8) for a in range(row * (columns + 1), row * (columns + 1) + columns)]
    curtain.add(curtain_vertices(0.0), faces, fabric('linen', (0.72, 0.66, 0.55), 0.06))
    return curtain.place('curtain', (LEFT + 0.06, WINDOW['far'] + 0.28, 0), smooth_angle=80)


def build_table():
    """A solid oak dining table."""
    table = Body()
    top = wood('oak', (0.52, 0.32, 0.16), 0.22, 0.35)
    leg = wood('oak legs', (0.50, 0.31, 0.16), 0.22, 0.4, (9, 9, 1))
    table.box((0, 0, TABLE_HEIGHT - 0.018), (1.75, 0.9, 0.036), top, 0.008)
    for y in (-0.36, 0.36):
        table.box((0, y, TABLE_HEIGHT - 0.08), (1.52, 0.025, 0.09), top, 0.003)
    for x in (-0.78, 0.78):
        table.box((x, 0, TABLE_HEIGHT - 0.08), (0.025, 0.72, 0.09), leg, 0.003)
        for y in (-0.37, 0.37):
            table.box((x, y, (TABLE_HEIGHT - 0.036) / 2), (0.075, 0.075, TABLE_HEIGHT - 0.036), leg, 0.008, taper=0.6)
    return [table.place('dining table')]


def build_chair(name, location, heading):
    """A ladder-back chair with an upholstered seat; its back is at +y before it is turned."""
    chair = Body()
    walnut = bpy.data.materials.get('walnut') or wood('walnut', (0.16, 0.075, 0.035), 0.3, 0.35, (9, 9, 1))
    seat = bpy.data.materials.get('seat') or fabric('seat', (0.55, 0.50, 0.42), 0.12)
    chair.box((0, 0, 0.425), (0.43, 0.42, 0.05), walnut, 0.008)
    chair.box((0, -0.005, 0.462), (0.42, 0.40, 0.05), seat, 0.022, segments=4)
    for x in (-0.185, 0.185):
        chair.box((x, -0.175, 0.21), (0.042, 0.042, 0.42), walnut, 0.006, taper=0.7)
        chair.box((x, 0.185, 0.21), (0.042, 0.045, 0.42), walnut, 0.006, taper=0.75)
        chair.box((x, 0.215, 0.66), (0.040, 0.034, 0.56), walnut, 0.008, (math.radians(-8), 0, 0))
        chair.box((x, 0, 0.2), (0.02, 0.34, 0.025), walnut, 0.004)
    for height in (0.62, 0.75, 0.88):
        chair.box((0, 0.185 + 0.14 * (height - 0.43), height), (0.36, 0.02, 0.075), walnut, 0.007,
                  (math.radians(-8), 0, 0))
    return [chair.place(name, location, heading)]


def build_couch(location):
    """A two-seat couch with loose cushions and pillows."""
    couch = Body()
    cloth = fabric('couch cloth', (0.10, 0.19, 0.27))
    mustard = fabric('mustard', (0.72, 0.42, 0.06), 0.12)
    cream = striped('cream stripes', [(0.78, 0.74, 0.66), (0.30, 0.13, 0.09)], 5.0)
    foot = plain('foot', (0.10, 0.05, 0.025), 0.4)
    couch.box((0, 0.02, 0.26), (1.95, 0.84, 0.24), cloth, 0.04, segments=4)
    couch.box((0, 0.36, 0.54), (1.95, 0.18, 0.56), cloth, 0.07, (math.radians(-6), 0, 0), 5)
    for x in (-0.98, 0.98):
        couch.box((x, 0.0, 0.40), (0.19, 0.88, 0.48), cloth, 0.08, segments=5)
        for y in (-0.36, 0.36):
            couch.box((x * 0.93, y, 0.07), (0.05, 0.05, 0.14), foot, 0.006, taper=0.6)
    for x in (-0.44, 0.44):
        couch.box((x, -0.07, 0.44), (0.86, 0.72, 0.17), cloth, 0.065, segments=5)
        couch.box((x, 0.21, 0.67), (0.84, 0.17, 0.42), cloth, 0.075, (math.radians(-12), 0, 0), 5)
    couch.cushion((-0.66, 0.03, 0.70), (0.42, 0.42, 0.18), mustard, (math.radians(66), math.radians(6), 0.25))
    couch.cushion((0.64, 0.03, 0.70), (0.42, 0.42, 0.18), cream, (math.radians(66), math.radians(-5), -0.3))
    return [couch.place('couch', location)]


def build_tv(location, heading):
    """A flat tv on a low sideboard; returns the tv's objects, the screen last."""
    sideboard = Body()
    white = plain('sideboard', (0.80, 0.79, 0.76), 0.35)
    oak = wood('sideboard oak', (0.46, 0.28, 0.14), 0.22)
    sideboard.box((0, 0, 0.30), (1.5, 0.40, 0.36), white, 0.006)
    sideboard.box((0, -0.005, 0.492), (1.54, 0.43, 0.024), oak, 0.004)
    for x in (-0.5, 0.0, 0.5):
        sideboard.box((x, -0.203, 0.30), (0.485, 0.014, 0.33), oak if x == 0 else white, 0.004)
        sideboard.box((x, -0.216, 0.43), (0.12, 0.012, 0.012), oak, 0.003)
    for x in (-0.68, 0.68):
        for y in (-0.14, 0.14):
            sideboard.box((x, y, 0.06), (0.04, 0.04, 0.12), oak, 0.004, taper=0.7)
    sideboard.place('sideboard', location, heading)

    top = 0.504
    tv = Body()
    black = plain('tv black', (0.012, 0.012, 0.014), 0.25)
    tv.box((0, 0.02, top + 0.42), (1.18, 0.045, 0.68), black, 0.006)
    tv.box((0, 0.03, top + 0.05), (0.12, 0.03, 0.1), black, 0.004)
    tv.box((0, 0.02, top + 0.008), (0.5, 0.22, 0.014), black, 0.005)
    screen = Body()
    screen.panel((0, -0.004, top + 0.425), 1.145, 0.644, picture('programme', 1024, 256, landscape, 1.15))
    return [tv.place('tv', location, heading), screen.place('tv screen', location, heading)]


def build_plant(name, location, size, seed):
    """A bushy plant in a pot: leaves on stems, in all directions, the outer ones bent down."""
    dice = random.Random(seed)
    plant = Body()
    pot = plain(name + ' pot', (0.80, 0.78, 0.74) if seed % 2 else (0.50, 0.20, 0.09), 0.55)
    earth = mottled(name + ' earth', (0.05, 0.03, 0.02), 0.4, 60, 0.95)
    leaves = [mottled('%s leaf %d' % (name, i), colour, 0.35, 8, 0.42)
              for i, colour in enumerate(((0.035, 0.16, 0.03), (0.07, 0.25, 0.04), (0.12, 0.33, 0.07)))]
    s = size
    plant.lathe([(0, 0), (0.13 * s, 0), (0.145 * s, 0.02 * s), (0.185 * s, 0.30 * s), (0.19 * s, 0.34 * s),
                 (0.17 * s, 0.34 * s), (0.165 * s, 0.28 * s)], (0, 0, 0), pot)
    plant.lathe([(0, 0.30 * s), (0.168 * s, 0.295 * s)], (0, 0, 0), earth)
    for i in range(86):
        heading = i * 2.39996 + dice.uniform(-0.3, 0.3)
        tilt = dice.uniform(0.08, 1.15)
        stem = dice.uniform(0.12, 0.55) * s * (1.15 - 0.5 * tilt)
        root = (0.05 * s * math.cos(heading), 0.05 * s * math.sin(heading), 0.29 * s)
        lean = tilt * 0.55
        tip = (root[0] + stem * math.sin(lean) * math.cos(heading), root[1] + stem * math.sin(lean) * math.sin(heading),
               root[2] + stem * math.cos(lean))
        if stem > 0.2 * s and i % 2 == 0:
            plant.tube([root, tip], 0.006 * s, leaves[1], 5)
        plant.leaf(tip, heading, tilt, dice.uniform(0.30, 0.46) * s, dice.uniform(0.085, 0.13) * s,
                   dice.uniform(0.2, 0.75) * tilt, dice.choice(leaves))
    return [plant.place(name, location, dice.uniform(0, 360), 80)]
