-- The tables of a new site, with HUSTOJ's names, so that its web page can be put on them. `judgectl db init` runs this on an
-- empty database; a site that has its tables keeps them as they are and gets only solution_case.
-- MySQL 5.7 or MariaDB 10.2 and later. Each statement ends with a semicolon at the end of a line.

CREATE TABLE IF NOT EXISTS users (
    user_id VARCHAR(48) NOT NULL DEFAULT '',
    email VARCHAR(100) DEFAULT NULL,
    submit INT DEFAULT 0,
    solved INT DEFAULT 0,
    defunct CHAR(1) NOT NULL DEFAULT 'N',
    ip VARCHAR(46) NOT NULL DEFAULT '',
    accesstime DATETIME DEFAULT NULL,
    volume INT NOT NULL DEFAULT 1,
    language INT NOT NULL DEFAULT 1,
    password VARCHAR(32) DEFAULT NULL,
    reg_time DATETIME DEFAULT NULL,
    expiry_date DATE NOT NULL DEFAULT '2099-01-01',
    nick VARCHAR(20) NOT NULL DEFAULT '',
    school VARCHAR(20) NOT NULL DEFAULT '',
    group_name VARCHAR(16) NOT NULL DEFAULT '',
    activecode VARCHAR(16) NOT NULL DEFAULT '',
    starred INT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS problem (
    problem_id INT NOT NULL AUTO_INCREMENT,
    title VARCHAR(200) NOT NULL DEFAULT '',
    description MEDIUMTEXT,
    input MEDIUMTEXT,
    output MEDIUMTEXT,
    sample_input TEXT,
    sample_output TEXT,
    spj CHAR(1) NOT NULL DEFAULT '0',
    hint MEDIUMTEXT,
    source VARCHAR(100) DEFAULT NULL,
    in_date DATETIME DEFAULT NULL,
    time_limit DECIMAL(10,3) NOT NULL DEFAULT 0,
    memory_limit INT NOT NULL DEFAULT 0,
    defunct CHAR(1) NOT NULL DEFAULT 'N',
    accepted INT DEFAULT 0,
    submit INT DEFAULT 0,
    solved INT DEFAULT 0,
    remote_oj VARCHAR(16) DEFAULT NULL,
    remote_id VARCHAR(32) DEFAULT NULL,
    PRIMARY KEY (problem_id)
) ENGINE=InnoDB AUTO_INCREMENT=1000 DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS contest (
    contest_id INT NOT NULL AUTO_INCREMENT,
    title VARCHAR(255) DEFAULT NULL,
    start_time DATETIME DEFAULT NULL,
    end_time DATETIME DEFAULT NULL,
    defunct CHAR(1) NOT NULL DEFAULT 'N',
    description TEXT,
    private TINYINT NOT NULL DEFAULT 0,
    langmask INT NOT NULL DEFAULT 0,
    password CHAR(16) NOT NULL DEFAULT '',
    contest_type SMALLINT UNSIGNED NOT NULL DEFAULT 0,
    subnet VARCHAR(255) NOT NULL DEFAULT '',
    user_id VARCHAR(48) NOT NULL DEFAULT 'admin',
    PRIMARY KEY (contest_id)
) ENGINE=InnoDB AUTO_INCREMENT=1000 DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS contest_problem (
    problem_id INT NOT NULL DEFAULT 0,
    contest_id INT DEFAULT NULL,
    title CHAR(200) NOT NULL DEFAULT '',
    num INT NOT NULL DEFAULT 0,
    c_accepted INT NOT NULL DEFAULT 0,
    c_submit INT NOT NULL DEFAULT 0,
    KEY Index_contest_id (contest_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS solution (
    solution_id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    problem_id INT NOT NULL DEFAULT 0,
    user_id CHAR(48) NOT NULL,
    nick CHAR(20) NOT NULL DEFAULT '',
    time INT NOT NULL DEFAULT 0,
    memory INT NOT NULL DEFAULT 0,
    in_date DATETIME NOT NULL DEFAULT '2016-05-13 19:24:00',
    result SMALLINT NOT NULL DEFAULT 0,
    language INT UNSIGNED NOT NULL DEFAULT 0,
    ip CHAR(46) NOT NULL,
    contest_id INT DEFAULT 0,
    valid TINYINT NOT NULL DEFAULT 1,
    num TINYINT NOT NULL DEFAULT -1,
    code_length INT NOT NULL DEFAULT 0,
    judgetime TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP,
    pass_rate DECIMAL(4,3) UNSIGNED NOT NULL DEFAULT 0,
    first_time TINYINT NOT NULL DEFAULT 0,
    lint_error INT UNSIGNED NOT NULL DEFAULT 0,
    judger CHAR(16) NOT NULL DEFAULT 'LOCAL',
    remote_oj CHAR(16) NOT NULL DEFAULT '',
    remote_id CHAR(32) NOT NULL DEFAULT '',
    PRIMARY KEY (solution_id),
    KEY uid (user_id),
    KEY pid (problem_id),
    KEY res (result),
    KEY cid (contest_id),
    KEY fst (first_time),
    KEY idx_solution_in_date (in_date)
) ENGINE=InnoDB AUTO_INCREMENT=1001 DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS source_code (
    solution_id INT NOT NULL,
    source MEDIUMTEXT NOT NULL,
    PRIMARY KEY (solution_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS source_code_user (
    solution_id INT NOT NULL,
    source MEDIUMTEXT NOT NULL,
    PRIMARY KEY (solution_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS compileinfo (
    solution_id INT NOT NULL DEFAULT 0,
    error TEXT,
    PRIMARY KEY (solution_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS runtimeinfo (
    solution_id INT NOT NULL DEFAULT 0,
    error TEXT,
    PRIMARY KEY (solution_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS custominput (
    solution_id INT NOT NULL DEFAULT 0,
    input_text MEDIUMTEXT,
    PRIMARY KEY (solution_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS sim (
    s_id INT NOT NULL,
    sim_s_id INT DEFAULT NULL,
    sim INT DEFAULT NULL,
    PRIMARY KEY (s_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Ours: what became of each case. data_version: of the data folder it was judged with. Times in us, memory in KiB, score in
-- thousandths of 1 to 100.
CREATE TABLE IF NOT EXISTS solution_case (
    solution_id INT UNSIGNED NOT NULL,
    case_no INT NOT NULL,
    name VARCHAR(64) NOT NULL DEFAULT '',
    verdict VARCHAR(8) NOT NULL DEFAULT '',
    score INT NOT NULL DEFAULT 0,
    cpu_us BIGINT NOT NULL DEFAULT 0,
    wall_us BIGINT NOT NULL DEFAULT 0,
    mem_kib BIGINT NOT NULL DEFAULT 0,
    data_version VARCHAR(64) NOT NULL DEFAULT '',
    note VARCHAR(255) NOT NULL DEFAULT '',
    PRIMARY KEY (solution_id, case_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The first AC of a user on a problem is marked.
DROP TRIGGER IF EXISTS firstAC;
CREATE TRIGGER firstAC BEFORE UPDATE ON solution FOR EACH ROW
    SET NEW.first_time = IF(NEW.result = 4 AND NOT EXISTS (SELECT 1 FROM solution s WHERE s.problem_id = NEW.problem_id
        AND s.user_id = NEW.user_id AND s.result + 0 = 4 AND s.first_time + 0 = 1), 1, NEW.first_time);

-- Two programs of one user that are alike are no copy.
DROP TRIGGER IF EXISTS simfilter;
CREATE TRIGGER simfilter BEFORE INSERT ON sim FOR EACH ROW
    SET NEW.s_id = IF((SELECT a.user_id FROM solution a WHERE a.solution_id = NEW.s_id) =
        (SELECT b.user_id FROM solution b WHERE b.solution_id = NEW.sim_s_id), 0, NEW.s_id);
