// What the page's own scripts find beside them; neither library is typed here.
declare const cytoscape: any;
declare const dagre: any;
