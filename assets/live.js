// Dash loads every script of this folder. What keeps a page live is shared with the wall, and lies there.
document.head.append(Object.assign(document.createElement("script"), { src: "/assets/wall/wall.js" }));
