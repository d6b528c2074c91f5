#!/usr/bin/python3
"""Writes seeds for each fuzz target into DIR/corpus-TARGET."""

import json
import os
import struct
import sys

BLOCKS = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
ANCHORS = [3, 1, 6, 2, 4]
ALPHA = 0.05  # the smallest network, so that a run is short


def width(channels):
    return max(8, int(channels * ALPHA + 0.5))


def layers(classes):
    """(tensor prefix, weight shape) of the whole network."""
    result = [('conv0', [width(32), 3, 3, 3])]
    maps, channels = [], width(32)

    def separable(name, inputs, outputs):
        result.append((name + '.depthwise', [inputs, 1, 3, 3]))
        result.append((name + '.pointwise', [outputs, inputs, 1, 1]))
        return outputs

    for number, outputs in enumerate(BLOCKS, 1):
        channels = separable('block%d' % number, channels, width(outputs))
        if number in (5, 11, 13):
            maps.append(channels)
    for number, (squeeze, outputs) in enumerate([(256, 512), (128, 256)], 1):
        result.append(('extra%d.squeeze' % number, [width(squeeze), channels, 1, 1]))
        result.append(('extra%d.expand' % number, [width(outputs), width(squeeze), 3, 3]))
        channels = width(outputs)
        maps.append(channels)
    for number, (channels, anchors) in enumerate(zip(maps, ANCHORS), 1):
        separable('head%d' % number, channels, anchors * (classes + 4))
    return result


def weights_file():
    features = [{'from': name, 'stride': stride, 'anchors': [[stride * (n + 1), 2.5 * stride] for n in range(count)]}
                for name, stride, count in
                zip(['block5', 'block11', 'block13', 'extra1', 'extra2'], [8, 16, 32, 64, 128], ANCHORS)]
    padding = {'conv0': 0, 'block2': 0, 'block4': 1, 'block6': 0, 'block12': 1, 'extra1': 0, 'extra2': 1}
    header = {'__metadata__': {
        'format': 'lookout-ssd-2', 'alpha': str(ALPHA), 'classes': json.dumps(['thing']),
        'features': json.dumps(features), 'padding': json.dumps(padding),
        'box_coding': '{"center": 0.1, "size": 0.2}', 'score_activation': 'sigmoid',
        'input': '{"channels": "RGB", "mean": 127.5, "std": 127.5, "resize": "stretch"}',
        'activation': 'relu6', 'measured': '{"set": "none", "224": {"ap": 0.1, "ap50": 0.2, "tiles": 2}}'}}
    offset = 0
    for prefix, shape in layers(1):
        for name, dims in ((prefix + '.weight', shape), (prefix + '.bias', shape[:1])):
            size = 2
            for dim in dims:
                size *= dim
            header[name] = {'dtype': 'F16', 'shape': dims, 'data_offsets': [offset, offset + size]}
            offset += size
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    return struct.pack('<Q', len(text)) + text + bytes(offset)


def coco_file():
    return json.dumps({
        'images': [{'id': 7, 'file_name': 'b.jpg', 'width': 64, 'height': 48}, {'id': 3, 'file_name': 'a.jpg'}],
        'annotations': [
            {'id': 1, 'image_id': 7, 'category_id': 2, 'bbox': [1, 2.5, 3, 4], 'area': 5, 'iscrowd': 1},
            {'id': 2, 'image_id': 3, 'category_id': 1, 'bbox': [-1, 0, 1e2, 0]}],
        'categories': [{'id': 2, 'name': 'dog'}, {'id': 1, 'name': 'person'}]}).encode()


VOC_FILE = b"""\xef\xbb\xbf<?xml version='1.0'?><!-- c --><!DOCTYPE a [<!ENTITY e "]>">]>
<annotation a="1"><size><width>500</width><height>375</height></size><object><name>cat &amp; &#xe4;<![CDATA[<]]></name>
<difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2.5</ymin><xmax>30</xmax><ymax>4e1</ymax></bndbox><part/></object>
</annotation>"""
YAML_FILES = [
    b"path: ../x  # root\ntrain: [a, 'b', \"c\"]\nval:\n  - d\n  - e\nnames:\n  0: person\n  1: dog\ndownload: |\n  code\n",
    b'%YAML 1.2\n---\nval: ~\ntest: list.txt\nnc: 2\nnames: {0: person,\n 1: "dog"}\n...\n',
    b'names:\n- person\n- cell phone\n']

SEEDS = {
    'coco': [coco_file()],
    'voc': [VOC_FILE],
    'yolo_config': YAML_FILES,
    'yolo_labels': [b'0 .5 .5 .1 1e-1\r\n\n12 .1 .2 .3 .4 .5 .6\n1.0\t0.5 0.5 0 0'],
    'weights': [weights_file(), struct.pack('<Q', 2) + b'{}'],
    'config': [b'alpha=0.5\nsize = 160\n# comment\nthreshold=0.4\r\nprogress=yes\n',
               b'nms=0.4\n[input door]\npath=/nonexistent/0\nclasses=cup, tv\n[ input yard ]\nthreshold=0.5\npath=-\n'],
    'container': [
        struct.pack('>I4s8sI4s', 16, b'ftyp', b'isom\0\0\0\0', 8, b'mdat'),
        b'\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\x1f\x43\xb6\x75\x81\x00',
        b'RIFF' + struct.pack('<I', 4) + b'AVI ', b'GIF89a' + bytes(7) + b';',
        b'\xff\xd8\xff\xe0\x00\x04ab\xff\xda\x00\x02scan\xff\x00\xff\xd9'],
    'options': [b'--alpha\n0.5\n-r0.857\n--json=-\nclip.mp4\n', b'info\n-v\nmodel.safetensors\n',
                b'eval\n-aall\n--size=224,160\n--plot\np.svg\nset\n', b'a/b.mp4\n-\nc/b.mp4\n-o{source}.mkv\n--loop\n'],
}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for target, seeds in SEEDS.items():
        folder = os.path.join(sys.argv[1], 'corpus-' + target)
        os.makedirs(folder, exist_ok=True)
        for number, seed in enumerate(seeds):
            with open(os.path.join(folder, 'seed-%d' % number), 'wb') as file:
                file.write(seed)


if __name__ == '__main__':
    main()
