#!/usr/bin/env python3
"""Makes wwwroot/models/flowers.onnx: a forest over R. A. Fisher's measurements of 150 irises (1936), which scikit-learn carries.

usage: flowers.py OUT
Needs Debian's python3-sklearn and python3-onnx.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score


def ensemble(forest):
    """The attributes of TreeEnsembleClassifier: the mean of the trees' shares of the classes."""
    a = {key: [] for key in ('nodes_treeids nodes_nodeids nodes_featureids nodes_values nodes_modes nodes_truenodeids nodes_falsenodeids '
                             'class_treeids class_nodeids class_ids class_weights').split()}
    for number, estimator in enumerate(forest.estimators_):
        tree = estimator.tree_
        for node in range(tree.node_count):
            leaf = tree.children_left[node] < 0
            a['nodes_treeids'].append(number)
            a['nodes_nodeids'].append(node)
            a['nodes_featureids'].append(0 if leaf else int(tree.feature[node]))
            a['nodes_values'].append(0.0 if leaf else float(np.float32(tree.threshold[node])))
            a['nodes_modes'].append('LEAF' if leaf else 'BRANCH_LEQ')
            a['nodes_truenodeids'].append(0 if leaf else int(tree.children_left[node]))
            a['nodes_falsenodeids'].append(0 if leaf else int(tree.children_right[node]))
            if leaf:
                shares = tree.value[node][0] / tree.value[node][0].sum() / len(forest.estimators_)
                for kind, share in enumerate(shares):
                    a['class_treeids'].append(number)
                    a['class_nodeids'].append(node)
                    a['class_ids'].append(kind)
                    a['class_weights'].append(float(share))
    return a


def main():
    x, y = load_iris(return_X_y=True)
    forest = RandomForestClassifier(15, max_depth=4, random_state=1)
    print(f'accuracy, 10-fold cross-validation: {cross_val_score(forest, x, y, cv=10).mean():.3f}')
    forest.fit(x, y)
    node = helper.make_node('TreeEnsembleClassifier', ['measurements'], ['kind', 'probabilities'], domain='ai.onnx.ml',
                            classlabels_int64s=[0, 1, 2], post_transform='NONE', **ensemble(forest))
    graph = helper.make_graph([node], 'flowers', [helper.make_tensor_value_info('measurements', TensorProto.FLOAT, ['n', 4])],
                              [helper.make_tensor_value_info('kind', TensorProto.INT64, ['n']), helper.make_tensor_value_info('probabilities', TensorProto.FLOAT, ['n', 3])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13), helper.make_opsetid('ai.onnx.ml', 1)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, sys.argv[1])


if __name__ == '__main__':
    main()
