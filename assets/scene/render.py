#!/usr/bin/python3
"""Makes assets/sample.mp4 and assets/sample.json from the scene: renders what is missing, then encodes.

Usage: render.py WORK [SAMPLES]     (needs Debian's blender and ffmpeg; a stopped run goes on where it was)
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ASSETS = os.path.dirname(HERE)
WIDTH, HEIGHT, RATE, FRAMES = 640, 360, 15, 90
CLASSES = ['chair', 'couch', 'potted plant', 'dining table', 'tv', 'laptop', 'mouse', 'keyboard', 'book', 'bottle',
           'cup', 'bowl']


def render(work, samples):
    os.makedirs(work, exist_ok=True)
    subprocess.run(['nice', '-n', '19', 'blender', '-b', '-noaudio', '--python-exit-code', '1', '--python',
                    os.path.join(HERE, 'scene.py'), '--', work, '0', str(FRAMES), str(samples)], check=True)


def encode(work, path):
    """A little temporal smoothing hides what the few samples a pixel leave of noise."""
    partial = os.path.join(work, 'sample.mp4')
    matrix = 'hqdn3d=1.5:1.5:4:4,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p'
    subprocess.run(['ffmpeg', '-v', 'error', '-y', '-framerate', str(RATE), '-i', os.path.join(work, 'frame-%03d.png'),
                    '-vf', matrix, '-c:v', 'libx264', '-preset', 'veryslow', '-crf', '19', '-g', str(RATE),
                    '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv',
                    '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-movflags', '+faststart',
                    partial], check=True)
    with open(partial, 'rb') as source, open(path, 'wb') as target:
        target.write(source.read())


def collect_truth(work, path):
    images, annotations = [], []
    for frame in range(FRAMES):
        with open(os.path.join(work, 'truth-%03d.json' % frame)) as file:
            boxes = json.load(file)
        images.append({'id': frame + 1, 'file_name': 'sample.mp4', 'frame_index': frame, 'width': WIDTH, 'height': HEIGHT})
        for box in boxes:
            annotations.append({'id': len(annotations) + 1, 'image_id': frame + 1,
                                'category_id': CLASSES.index(box['class']) + 1, 'bbox': box['bbox'],
                                'area': box['area'], 'iscrowd': 0})
    categories = [{'id': number, 'name': name} for number, name in enumerate(CLASSES, 1)]
    with open(path, 'w') as file:
        json.dump({'images': images, 'annotations': annotations, 'categories': categories}, file, separators=(',', ':'))
        file.write('\n')


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    work = os.path.abspath(sys.argv[1])
    render(work, int(sys.argv[2]) if len(sys.argv) == 3 else 24)
    encode(work, os.path.join(ASSETS, 'sample.mp4'))
    collect_truth(work, os.path.join(ASSETS, 'sample.json'))


if __name__ == '__main__':
    main()
