"""True boxes: what of each labelled thing a camera sees, found by casting rays through the picture."""

import math

import bpy
from mathutils import Vector
from mathutils.bvhtree import BVHTree

PIXEL_STEP = 2
SAMPLES = 500
LEAST_VISIBLE = 0.2
LEAST_SIDE = 8


class Rays:
    """The camera's rays: pixel to direction and point to pixel, for a pinhole camera with square pixels."""

    def __init__(self, camera, width, height):
        self.origin = camera.matrix_world.translation.copy()
        self.turn = camera.matrix_world.to_quaternion()
        self.width, self.height = width, height
        self.focal = camera.data.lens / camera.data.sensor_width * width

    def direction(self, x, y):
        return self.turn @ Vector(((x - self.width / 2) / self.focal, (self.height / 2 - y) / self.focal, -1))

    def project(self, point):
        """(x, y) in pixels, or None behind the camera."""
        local = self.turn.inverted() @ (point - self.origin)
        if local.z > -0.05:
            return None
        return (self.width / 2 + self.focal * local.x / -local.z, self.height / 2 - self.focal * local.y / -local.z)


def _solid(things):
    """One BVH over every mesh of the scene; owner[polygon] is the index of the labelled thing or -1."""
    owner_of = {}
    for index, (_, objects) in enumerate(things):
        for thing in objects:
            owner_of[thing.name] = index
    vertices, polygons, owner = [], [], []
    samples = [[] for _ in things]
    graph = bpy.context.evaluated_depsgraph_get()
    for thing in bpy.context.scene.objects:
        if thing.type != 'MESH':
            continue
        mesh = thing.evaluated_get(graph).data
        index = owner_of.get(thing.name, -1)
        base = len(vertices)
        world = [thing.matrix_world @ v.co for v in mesh.vertices]
        vertices += world
        polygons += [[base + v for v in polygon.vertices] for polygon in mesh.polygons]
        owner += [index] * len(mesh.polygons)
        if index >= 0:
            samples[index] += [thing.matrix_world @ p.center for p in mesh.polygons]
    return BVHTree.FromPolygons(vertices, polygons), owner, samples


def frame_boxes(things, camera, width, height):
    """[(thing, box [x, y, w, h], visible area)] of the things worth a box; things is [(class, objects)]."""
    rays = Rays(camera, width, height)
    tree, owner, samples = _solid(things)

    def hit(direction):
        face = tree.ray_cast(rays.origin, direction)[2]
        return owner[face] if face is not None else -1

    seen = {}
    for y in range(0, height, PIXEL_STEP):
        for x in range(0, width, PIXEL_STEP):
            index = hit(rays.direction(x + PIXEL_STEP / 2, y + PIXEL_STEP / 2))
            if index >= 0:
                box = seen.setdefault(index, [x, y, x + PIXEL_STEP, y + PIXEL_STEP, 0])
                box[:4] = [min(box[0], x), min(box[1], y), max(box[2], x + PIXEL_STEP), max(box[3], y + PIXEL_STEP)]
                box[4] += PIXEL_STEP * PIXEL_STEP

    boxes = []
    for index, (x0, y0, x1, y1, area) in sorted(seen.items()):
        points = samples[index]
        points = points[::max(1, math.ceil(len(points) / SAMPLES))]
        visible = 0
        for point in points:
            pixel = rays.project(point)
            if pixel and 0 <= pixel[0] < width and 0 <= pixel[1] < height and hit(point - rays.origin) == index:
                visible += 1
        if visible >= LEAST_VISIBLE * len(points) and min(x1 - x0, y1 - y0) >= LEAST_SIDE:
            boxes.append((index, [x0, y0, x1 - x0, y1 - y0], area))
    return boxes
