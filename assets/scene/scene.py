"""The scene of the sample clip: builds it, renders a range of frames, writes their true boxes.

Run by Blender:  blender -b -noaudio --python scene.py -- WORK FIRST LAST SAMPLES
Each frame becomes WORK/frame-NNN.png and WORK/truth-NNN.json; what is there already is kept, so a run that was stopped goes on.
"""

import json
import math
import os
import sys

import bpy
from mathutils import Vector

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import room  # noqa: E402
import tabletop  # noqa: E402
from truth import frame_boxes  # noqa: E402

WIDTH, HEIGHT, RATE, FRAMES = 640, 360, 15, 90

# (second, camera position, point looked at): close to the table, back and around it, then across the room
PATH = [
    (0.0, (-0.30, -1.05, 1.28), (0.02, 0.02, 0.80)),
    (1.2, (0.15, -1.10, 1.24), (0.12, 0.06, 0.79)),
    (2.4, (0.75, -1.75, 1.38), (0.05, 0.10, 0.68)),
    (3.4, (1.40, -1.85, 1.50), (0.00, 0.50, 0.62)),
    (4.6, (1.45, -0.75, 1.45), (-0.30, 2.30, 0.62)),
    (6.0, (0.85, 0.05, 1.32), (-0.45, 2.70, 0.62)),
]


def along_path(second):
    """Position and target at a time: a Catmull-Rom spline through PATH, so speed has no jumps."""
    times = [key[0] for key in PATH]
    i = max(k for k in range(len(times) - 1) if times[k] <= second or k == 0)
    t = (second - times[i]) / (times[i + 1] - times[i])
    result = []
    for part in (1, 2):
        points = [Vector(PATH[min(max(k, 0), len(PATH) - 1)][part]) for k in (i - 1, i, i + 1, i + 2)]
        spans = [times[min(max(k + 1, 0), len(times) - 1)] - times[min(max(k - 1, 0), len(times) - 1)] for k in (i, i + 1)]
        span = times[i + 1] - times[i]
        leave = (points[2] - points[0]) / spans[0] * span
        arrive = (points[3] - points[1]) / spans[1] * span
        result.append((2 * t ** 3 - 3 * t ** 2 + 1) * points[1] + (t ** 3 - 2 * t ** 2 + t) * leave
                      + (3 * t ** 2 - 2 * t ** 3) * points[2] + (t ** 3 - t ** 2) * arrive)
    return result


class Scene:
    """Everything in the room; things is [(class name, objects)] in the order of the annotations."""

    def __init__(self):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        room.build_shell()
        room.build_lights()
        room.build_decor()
        self.curtain = room.build_curtain()
        self.pendant = room.build_pendant()
        tv = room.build_tv((-1.95, 2.42, 0), 30)
        self.screen = tv[-1]
        top = room.TABLE_HEIGHT
        self.things = [
            ('dining table', room.build_table()),
            ('chair', room.build_chair('chair left', (-0.55, -0.72, 0), 190)),
            ('chair', room.build_chair('chair right', (1.28, 0.10, 0), -80)),
            ('chair', room.build_chair('chair far', (-0.45, 0.80, 0), 8)),
            ('couch', room.build_couch((0.80, 2.66, 0))),
            ('tv', tv),
            ('potted plant', room.build_plant('plant', (-0.78, 2.62, 0), 1.15, 3)),
            ('potted plant', room.build_plant('table plant', (-0.62, 0.24, top), 0.42, 8)),
            ('laptop', tabletop.build_laptop((-0.13, 0.12, top), 6)),
            ('mouse', tabletop.build_mouse((0.22, -0.16, top), -8)),
            ('keyboard', tabletop.build_keyboard((-0.12, -0.20, top), 4)),
            ('cup', tabletop.build_cup('cup', (0.37, -0.20, top), (0.80, 0.14, 0.08), -35)),
            ('bottle', tabletop.build_bottle('bottle', (0.31, 0.14, top), (0.012, 0.05, 0.018), (0.85, 0.80, 0.66))),
            ('bowl', tabletop.build_bowl((0.58, 0.06, top))),
            ('book', tabletop.build_open_book((0.66, -0.25, top), -12)),
        ]
        self.camera = self._camera()

    @staticmethod
    def _camera():
        data = bpy.data.cameras.new('camera')
        data.lens = 30
        data.clip_start = 0.05
        camera = bpy.data.objects.new('camera', data)
        bpy.context.scene.collection.objects.link(camera)
        bpy.context.scene.camera = camera
        return camera

    def at(self, frame):
        """Put everything that moves where it is at this frame."""
        second = frame / RATE
        position, target = along_path(second)
        self.camera.location = position
        self.camera.rotation_euler = (target - position).to_track_quat('-Z', 'Y').to_euler()
        self.pendant.rotation_euler = (math.radians(3) * math.sin(2.4 * second), math.radians(7) * math.cos(2.4 * second), 0)
        for vertex, position in zip(self.curtain.data.vertices, room.curtain_vertices(2.1 * second)):
            vertex.co = position
        self.curtain.data.update()
        self._tv_picture(0.44 * second / 6.0)
        bpy.context.view_layer.update()

    def _tv_picture(self, left):
        """Pan the programme: the screen shows a 16:9 window of a wide picture."""
        right = left + 0.5
        corners = [(left, 0.02), (right, 0.02), (right, 0.98), (left, 0.98)]
        for loop, corner in zip(self.screen.data.uv_layers[0].data, corners):
            loop.uv = corner
        self.screen.data.update()


def denoise(scene):
    """Smooth only the light that falls on surfaces, not their textures: Debian's Blender has no denoiser.

    Diffuse and glossy light are averaged over neighbours whose normal and position agree, then multiplied by
    the surface's own colour.
    """
    layer = bpy.context.view_layer
    for name in ('diffuse_direct', 'diffuse_indirect', 'diffuse_color', 'glossy_direct', 'glossy_indirect', 'glossy_color',
                 'transmission_direct', 'transmission_indirect', 'transmission_color', 'emit', 'environment', 'normal',
                 'position'):
        setattr(layer, 'use_pass_' + name, True)
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    source = tree.nodes.new('CompositorNodeRLayers').outputs

    def combine(operation, first, second):
        node = tree.nodes.new('CompositorNodeMixRGB')
        node.blend_type = operation
        for socket, value in ((node.inputs[1], first), (node.inputs[2], second)):
            if isinstance(value, tuple):
                socket.default_value = value
            else:
                tree.links.new(value, socket)
        return node.outputs[0]

    shape = combine('ADD', source['Normal'], combine('MULTIPLY', source['Position'], (3.0, 3.0, 3.0, 1.0)))

    def smooth(light, radius, rounds):
        node = tree.nodes.new('CompositorNodeBilateralblur')
        node.iterations = rounds
        node.sigma_color = 0.3
        node.sigma_space = radius
        tree.links.new(light, node.inputs['Image'])
        tree.links.new(shape, node.inputs['Determinator'])
        return node.outputs[0]

    def part(name, short, radius, rounds):
        light = combine('ADD', source[short + 'Dir'], source[short + 'Ind'])
        if radius:
            light = smooth(light, radius, rounds)
        return combine('MULTIPLY', light, source[short + 'Col'])

    picture = combine('ADD', part('diffuse', 'Diff', 3, 2), part('glossy', 'Gloss', 1, 1))
    picture = combine('ADD', picture, part('transmission', 'Trans', 0, 0))
    picture = combine('ADD', combine('ADD', picture, source['Emit']), source['Env'])
    tree.links.new(picture, tree.nodes.new('CompositorNodeComposite').inputs['Image'])


def set_up_render(samples):
    scene = bpy.context.scene
    scene.render.engine = 'CYCLES'
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = WIDTH, HEIGHT, 100
    scene.render.image_settings.file_format = 'PNG'
    scene.render.use_persistent_data = True
    scene.view_settings.view_transform = 'Filmic'
    scene.view_settings.look = 'Medium High Contrast'
    scene.view_settings.exposure = 0.25
    cycles = scene.cycles
    cycles.samples = samples
    cycles.use_denoising = False
    cycles.use_adaptive_sampling = True
    cycles.adaptive_threshold = 0.03
    cycles.adaptive_min_samples = max(4, samples // 2)
    cycles.use_animated_seed = True
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 2, 2
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 3.0
    cycles.sample_clamp_direct = 20.0
    # beyond one bounce the room's light is taken as even, dimmed in corners: no noise, little time
    cycles.use_fast_gi = True
    cycles.fast_gi_method = 'REPLACE'
    cycles.ao_bounces_render = 1
    denoise(scene)


def write_whole(path, write):
    """Let write make the file beside its place and move it there: a file that exists is complete."""
    partial = os.path.join(os.path.dirname(path), 'partial-' + os.path.basename(path))
    write(partial)
    os.replace(partial, path)


def write_picture(path):
    bpy.context.scene.render.filepath = path
    bpy.ops.render.render(write_still=True)


def main():
    work, first, last, samples = sys.argv[sys.argv.index('--') + 1:]
    scene = Scene()
    set_up_render(int(samples))
    for frame in range(int(first), int(last)):
        picture = os.path.join(work, 'frame-%03d.png' % frame)
        truth = os.path.join(work, 'truth-%03d.json' % frame)
        scene.at(frame)
        bpy.context.scene.frame_set(frame)
        if not os.path.exists(truth):
            boxes = [{'class': scene.things[index][0], 'thing': index, 'bbox': box, 'area': area}
                     for index, box, area in frame_boxes(scene.things, scene.camera, WIDTH, HEIGHT)]

            def write_truth(path, boxes=boxes):
                with open(path, 'w') as file:
                    json.dump(boxes, file)
            write_whole(truth, write_truth)
        if not os.path.exists(picture):
            write_whole(picture, write_picture)
        print('frame %d' % frame, flush=True)


main()
