"""Surfaces: everything is procedural, so the repository needs no texture files."""

import math
import random

import bpy


class Nodes:
    """A thin layer over a material's node tree."""

    def __init__(self, material):
        self.tree = material.node_tree
        self.surface = self.tree.nodes['Principled BSDF']

    def new(self, kind, **inputs):
        node = self.tree.nodes.new(kind)
        for name, value in inputs.items():
            node.inputs[name.replace('_', ' ')].default_value = value
        return node

    def link(self, source, target):
        self.tree.links.new(source, target)

    def coordinates(self, scale, kind='Object'):
        mapping = self.new('ShaderNodeMapping')
        mapping.inputs['Scale'].default_value = scale
        self.link(self.new('ShaderNodeTexCoord').outputs[kind], mapping.inputs['Vector'])
        return mapping.outputs['Vector']

    def noise(self, scale, stretch=(1, 1, 1), detail=4.0):
        node = self.new('ShaderNodeTexNoise', Scale=scale, Detail=detail)
        self.link(self.coordinates(stretch), node.inputs['Vector'])
        return node.outputs['Fac']

    def ramp(self, source, stops):
        node = self.new('ShaderNodeValToRGB')
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops):
            element.position = position
            element.color = (*colour, 1)
        self.link(source, node.inputs['Fac'])
        return node.outputs['Color']

    def mix(self, factor, first, second, blend='MULTIPLY'):
        node = self.new('ShaderNodeMixRGB')
        node.blend_type = blend
        node.inputs['Fac'].default_value = factor
        self.link(first, node.inputs['Color1'])
        self.link(second, node.inputs['Color2'])
        return node.outputs['Color']

    def bump(self, source, strength, distance=0.002):
        node = self.new('ShaderNodeBump', Strength=strength, Distance=distance)
        self.link(source, node.inputs['Height'])
        self.link(node.outputs['Normal'], self.surface.inputs['Normal'])


def shade(colour, factor):
    """The colour made lighter or darker."""
    return tuple(min(1.0, c * factor) for c in colour)


def plain(name, colour, roughness=0.5, metallic=0.0, clearcoat=0.0):
    """An even surface: lacquer, ceramics, plastic, metal."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    surface = material.node_tree.nodes['Principled BSDF']
    surface.inputs['Base Color'].default_value = (*colour, 1)
    surface.inputs['Roughness'].default_value = roughness
    surface.inputs['Metallic'].default_value = metallic
    surface.inputs['Clearcoat'].default_value = clearcoat
    return material


def mottled(name, colour, variation, scale, roughness=0.6, stretch=(1, 1, 1), bump=0.0):
    """A surface whose colour and relief vary: leaves, plaster, earth, cloth."""
    material = plain(name, colour, roughness)
    nodes = Nodes(material)
    field = nodes.noise(scale, stretch)
    colours = nodes.ramp(field, [(0.3, shade(colour, 1 - variation)), (0.7, shade(colour, 1 + variation))])
    nodes.link(colours, nodes.surface.inputs['Base Color'])
    if bump:
        nodes.bump(field, bump)
    return material


def wood(name, colour, variation=0.3, roughness=0.4, grain=(1, 9, 9)):
    """Wood: fine fibres over broad bands, both drawn out along one axis."""
    material = plain(name, colour, roughness)
    nodes = Nodes(material)
    fibres = nodes.noise(28, grain, 6)
    bands = nodes.noise(3.5, grain, 2)
    fine = nodes.ramp(fibres, [(0.3, shade(colour, 1 - variation)), (0.7, shade(colour, 1 + variation))])
    broad = nodes.ramp(bands, [(0.35, (0.72, 0.68, 0.62)), (0.65, (1, 1, 1))])
    nodes.link(nodes.mix(1.0, fine, broad), nodes.surface.inputs['Base Color'])
    nodes.bump(fibres, 0.12)
    return material


def planks(name, colour):
    """A floor of boards, each with its own tone and grain."""
    material = plain(name, colour, 0.38)
    nodes = Nodes(material)
    brick = nodes.new('ShaderNodeTexBrick', Scale=1.0, Mortar_Size=0.003, Bias=0.0, Brick_Width=1.3, Row_Height=0.14)
    brick.offset = 0.37
    brick.inputs['Color1'].default_value = (*shade(colour, 0.78), 1)
    brick.inputs['Color2'].default_value = (*shade(colour, 1.15), 1)
    brick.inputs['Mortar'].default_value = (*shade(colour, 0.3), 1)
    nodes.link(nodes.coordinates((1, 1, 1)), brick.inputs['Vector'])
    grain = nodes.ramp(nodes.noise(5, (1, 12, 1), 7), [(0.3, (0.72, 0.7, 0.68)), (0.7, (1.0, 1.0, 1.0))])
    nodes.link(nodes.mix(1.0, brick.outputs['Color'], grain), nodes.surface.inputs['Base Color'])
    return material


def fabric(name, colour, variation=0.18):
    """Woven cloth: a fine weave seen as relief, with a soft mottling."""
    material = plain(name, colour, 0.95)
    nodes = Nodes(material)
    weave = nodes.noise(260, detail=2)
    soft = nodes.noise(6, detail=3)
    tone = nodes.ramp(weave, [(0.3, shade(colour, 1 - variation)), (0.7, shade(colour, 1 + variation))])
    cloud = nodes.ramp(soft, [(0.3, (0.86, 0.86, 0.86)), (0.7, (1, 1, 1))])
    nodes.link(nodes.mix(1.0, tone, cloud), nodes.surface.inputs['Base Color'])
    nodes.surface.inputs['Sheen'].default_value = 0.4
    nodes.bump(weave, 0.25)
    return material


def striped(name, colours, scale, axis=(1, 0, 0)):
    """Broad woven stripes: rugs and cushions."""
    material = plain(name, colours[0], 0.95)
    nodes = Nodes(material)
    wave = nodes.new('ShaderNodeTexWave', Scale=scale, Distortion=0.3)
    nodes.link(nodes.coordinates(tuple(max(a, 1e-3) for a in axis)), wave.inputs['Vector'])
    step = 1 / len(colours)
    node_colours = nodes.ramp(wave.outputs['Fac'], [(i * step, c) for i, c in enumerate(colours)])
    node_colours.node.color_ramp.interpolation = 'CONSTANT'
    nodes.link(node_colours, nodes.surface.inputs['Base Color'])
    return material


def glowing(name, colour, strength):
    """A lamp's bulb or the sky behind a window: seen, but not sampled as a light, which would only add noise."""
    material = plain(name, colour, 0.5)
    surface = material.node_tree.nodes['Principled BSDF']
    surface.inputs['Emission'].default_value = (*colour, 1)
    surface.inputs['Emission Strength'].default_value = strength
    material.cycles.sample_as_light = False
    return material


def picture(name, width, height, colour_at, emission=0.0):
    """A surface showing colour_at(u, v), sRGB, drawn once into an image; emission makes it a screen."""
    image = bpy.data.images.new(name, width, height)
    pixels = []
    for y in range(height):
        for x in range(width):
            pixels.extend((*colour_at((x + 0.5) / width, (y + 0.5) / height), 1.0))
    image.pixels = pixels
    image.pack()
    material = plain(name, (0.02, 0.02, 0.02) if emission else (0.8, 0.8, 0.8), 0.25 if emission else 0.6)
    nodes = Nodes(material)
    texture = nodes.new('ShaderNodeTexImage')
    texture.image = image
    nodes.link(nodes.coordinates((1, 1, 1), 'UV'), texture.inputs['Vector'])
    nodes.link(texture.outputs['Color'], nodes.surface.inputs['Emission' if emission else 'Base Color'])
    if emission:
        nodes.surface.inputs['Emission Strength'].default_value = emission
        material.cycles.sample_as_light = False
    return material


def blend(a, b, t):
    """Linear interpolation of two colours, t clamped to [0, 1]."""
    t = max(0.0, min(1.0, t))
    return tuple(p + (q - p) * t for p, q in zip(a, b))


def landscape(u, v):
    """A wide view over hills and a lake under an evening sky, for the tv to pan across."""
    ridge = 0.50 + 0.10 * math.sin(9 * u + 0.6) + 0.05 * math.sin(23 * u) + 0.012 * math.sin(71 * u)
    hills = 0.36 + 0.05 * math.sin(7 * u + 2) + 0.03 * math.sin(19 * u + 1) + 0.006 * math.sin(120 * u)
    sun = math.hypot((u - 0.42) * 2.6, v - 0.74)
    if v > ridge:
        sky = blend((0.98, 0.72, 0.42), (0.20, 0.42, 0.80), (v - ridge) / 0.45)
        return blend((1.0, 0.97, 0.80), sky, (sun - 0.05) / 0.10)
    if v > hills:
        return blend((0.30, 0.34, 0.52), (0.55, 0.50, 0.60), (ridge - v) * 5)
    if v > 0.24 + 0.01 * math.sin(15 * u):
        return blend((0.10, 0.34, 0.12), (0.38, 0.52, 0.20), (hills - v) * 8)
    ripple = 0.5 + 0.5 * math.sin(260 * v + 6 * math.sin(30 * u))
    return blend((0.22, 0.40, 0.62), (0.75, 0.66, 0.60), ripple * v * 3)


def desktop(u, v):
    """A laptop's screen: a document beside a chart on a blue background."""
    if v > 0.955:
        return (0.88, 0.89, 0.92)
    if 0.06 < u < 0.54 and 0.10 < v < 0.88:
        if v > 0.83:
            return (0.30, 0.34, 0.42)
        line = (0.80 - v) / 0.045
        random.seed(int(line) * 7 + 1)
        if 0.09 < u < 0.12 + 0.37 * random.uniform(0.55, 1.0) and line > 0 and 0.25 < line % 1 < 0.65 and v > 0.14:
            return (0.28, 0.28, 0.32)
        return (0.97, 0.97, 0.96)
    if 0.60 < u < 0.94 and 0.30 < v < 0.80:
        column = int((u - 0.62) / 0.052)
        height = (0.16, 0.24, 0.20, 0.33, 0.29, 0.40)[max(0, min(5, column))]
        inside = (u - 0.62) % 0.052 < 0.036 and 0.62 < u < 0.93
        if inside and 0.34 < v < 0.34 + height:
            return (0.93, 0.55, 0.16) if column % 2 else (0.15, 0.55, 0.62)
        return (0.99, 0.99, 0.99)
    return blend((0.07, 0.20, 0.45), (0.25, 0.62, 0.82), 0.5 * v + 0.5 * u)


def painting(seed, ground, inks):
    """An abstract painting of soft overlapping discs; returns its colour function."""
    random.seed(seed)
    discs = [(random.random(), random.random(), random.uniform(0.08, 0.32), random.choice(inks)) for _ in range(7)]

    def colour_at(u, v):
        colour = ground
        for x, y, radius, ink in discs:
            if math.hypot(u - x, v - y) < radius:
                colour = blend(colour, ink, 0.75)
        return colour
    return colour_at
