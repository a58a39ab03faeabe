package io.lutra.raft.node;

class SpecificationPageTest {}
