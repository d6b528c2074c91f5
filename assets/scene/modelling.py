"""Meshes from simple parts: every thing of the scene becomes one mesh, which keeps Cycles and the ray casts fast."""

import math

import bmesh
import bpy
from mathutils import Euler, Matrix, Vector


class Body:
    """Collects parts (boxes, lathed profiles, tubes, cushions, sheets) in one coordinate frame."""

    def __init__(self):
        self.vertices = []
        self.faces = []
        self.face_materials = []
        self.face_uvs = {}
        self.materials = []

    def _material(self, material):
        if material not in self.materials:
            self.materials.append(material)
        return self.materials.index(material)

    def add(self, vertices, faces, material):
        """Append raw geometry; returns the index of its first face."""
        base = len(self.vertices)
        first = len(self.faces)
        self.vertices += [tuple(v) for v in vertices]
        self.faces += [tuple(base + i for i in face) for face in faces]
        self.face_materials += [self._material(material)] * len(faces)
        return first

    def box(self, centre, size, material, bevel=0.01, rotation=(0, 0, 0), segments=3, taper=1.0):
        """A bevelled box; taper scales its lower end, as legs of furniture do."""
        shape = bmesh.new()
        bmesh.ops.create_cube(shape, size=1.0)
        for vertex in shape.verts:
            narrow = taper if vertex.co.z < 0 else 1.0
            vertex.co = Vector((vertex.co.x * size[0] * narrow, vertex.co.y * size[1] * narrow, vertex.co.z * size[2]))
        if bevel:
            bmesh.ops.bevel(shape, geom=shape.edges[:], offset=bevel, segments=segments, profile=0.5,
                            affect='EDGES', clamp_overlap=True)
        matrix = Matrix.Translation(centre) @ Euler(rotation).to_matrix().to_4x4()
        shape.verts.index_update()
        self.add([matrix @ v.co for v in shape.verts], [[v.index for v in f.verts] for f in shape.faces], material)
        shape.free()

    def lathe(self, profile, centre, material, steps=40, scale=(1, 1)):
        """Turn a profile of (radius, height) around the vertical axis."""
        vertices = []
        for i in range(steps):
            angle = 2 * math.pi * i / steps
            vertices += [(centre[0] + scale[0] * r * math.cos(angle), centre[1] + scale[1] * r * math.sin(angle),
                          centre[2] + h) for r, h in profile]
        n = len(profile)
        faces = []
        for i in range(steps):
            here, there = i * n, (i + 1) % steps * n
            faces += [(here + j, there + j, there + j + 1, here + j + 1) for j in range(n - 1)]
        self.add(vertices, faces, material)

    def tube(self, points, radius, material, steps=10):
        """A round tube along a polyline (lamp stands, handles, cables, stems)."""
        points = [Vector(p) for p in points]
        vertices = []
        for i, point in enumerate(points):
            along = points[min(i + 1, len(points) - 1)] - points[max(i - 1, 0)]
            turn = along.to_track_quat('Z', 'Y')
            for k in range(steps):
                angle = 2 * math.pi * k / steps
                vertices.append(point + turn @ Vector((radius * math.cos(angle), radius * math.sin(angle), 0)))
        faces = []
        for i in range(len(points) - 1):
            for k in range(steps):
                a, b = i * steps + k, i * steps + (k + 1) % steps
                faces.append((a, b, b + steps, a + steps))
        self.add(vertices, faces, material)

    def cushion(self, centre, size, material, rotation=(0, 0, 0), pinch=0.5, steps=24):
        """A pillow: thick in the middle, thin at the seams, corners a little drawn out."""
        matrix = Matrix.Translation(centre) @ Euler(rotation).to_matrix().to_4x4()
        vertices, faces = [], []
        for side in (1, -1):
            base = len(vertices)
            for i in range(steps + 1):
                for j in range(steps + 1):
                    u, v = 2 * i / steps - 1, 2 * j / steps - 1
                    bulge = ((1 - u ** 4) * (1 - v ** 4)) ** pinch
                    inset = 1 - 0.07 * (2 - u * u - v * v) * (u * u + v * v) / 1.2
                    vertices.append(matrix @ Vector((u * inset * size[0] / 2, v * inset * size[1] / 2,
                                                     side * bulge * size[2] / 2)))
            for i in range(steps):
                for j in range(steps):
                    a = base + i * (steps + 1) + j
                    quad = (a, a + steps + 1, a + steps + 2, a + 1)
                    faces.append(quad if side > 0 else quad[::-1])
        self.add(vertices, faces, material)

    def leaf(self, base, heading, tilt, length, width, droop, material, segments=7):
        """A pointed leaf with a folded midrib that leaves its base at tilt and bends down under its weight."""
        vertices, faces = [], []
        for j in range(segments + 1):
            q = j / segments
            half = width / 2 * math.sin(math.pi * min(1.0, 0.08 + 0.92 * q)) ** 0.8
            out = length * q * math.sin(tilt)
            up = length * q * math.cos(tilt) - droop * length * q * q
            x, y = base[0] + out * math.cos(heading), base[1] + out * math.sin(heading)
            side = (-half * math.sin(heading), half * math.cos(heading))
            z = base[2] + up
            vertices += [(x + side[0], y + side[1], z), (x, y, z - 0.22 * half), (x - side[0], y - side[1], z)]
        for j in range(segments):
            a = 3 * j
            faces += [(a, a + 1, a + 4, a + 3), (a + 1, a + 2, a + 5, a + 4)]
        self.add(vertices, faces, material)

    def panel(self, centre, width, height, material, rotation=(0, 0, 0), uv=(0, 0, 1, 1)):
        """A flat picture facing -y before its rotation, carrying texture coordinates."""
        matrix = Matrix.Translation(centre) @ Euler(rotation).to_matrix().to_4x4()
        corners = [(-width / 2, 0, -height / 2), (width / 2, 0, -height / 2),
                   (width / 2, 0, height / 2), (-width / 2, 0, height / 2)]
        first = self.add([matrix @ Vector(c) for c in corners], [(0, 1, 2, 3)], material)
        u0, v0, u1, v1 = uv
        self.face_uvs[first] = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]

    def place(self, name, location=(0, 0, 0), heading=0.0, smooth_angle=40):
        """Make the object; heading turns it about the vertical axis, in degrees."""
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata(self.vertices, [], self.faces)
        for material in self.materials:
            mesh.materials.append(material)
        layer = mesh.uv_layers.new(name='picture')
        for polygon, index in zip(mesh.polygons, self.face_materials):
            polygon.material_index = index
            polygon.use_smooth = True
            corners = self.face_uvs.get(polygon.index)
            if corners:
                for loop, corner in zip(polygon.loop_indices, corners):
                    layer.data[loop].uv = corner
        mesh.use_auto_smooth = True
        mesh.auto_smooth_angle = math.radians(smooth_angle)
        mesh.validate()
        thing = bpy.data.objects.new(name, mesh)
        thing.location = location
        thing.rotation_euler = (0, 0, math.radians(heading))
        bpy.context.scene.collection.objects.link(thing)
        return thing
